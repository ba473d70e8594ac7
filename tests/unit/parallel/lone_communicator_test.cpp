// SPDX-License-Identifier: MIT
// Without a launcher: one rank, and no MPI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace an::parallel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LoneCommunicator, KeepsWhatItWouldShare) {
  const Communicator alone;
  EXPECT_TRUE(alone.is_root());
  EXPECT_FALSE(alone.uses_mpi());
  EXPECT_FALSE(alone.may_use_threads());
  alone.barrier();
  std::vector<std::byte> bytes{std::byte{7}};
  alone.broadcast(bytes);
  EXPECT_THAT(bytes, ElementsAre(std::byte{7}));
  std::string text = "text";
  alone.broadcast(text);
  EXPECT_EQ(text, "text");
  std::array<std::int64_t, 2> most{3, -4};
  alone.max_of_all(most);
  EXPECT_THAT(most, ElementsAre(3, -4));
  std::array<float, 2> sums{0.5F, 2};
  alone.sum_in_rank_order(sums);
  EXPECT_THAT(sums, ElementsAre(0.5F, 2));
}

TEST(LoneCommunicator, EndsTheProgramWithTheCode) {
  EXPECT_EXIT(Communicator().abort(5), ::testing::ExitedWithCode(5), "");
}

class LoneEnvironment : public ::testing::Test {
 protected:
  void TearDown() override { ::unsetenv("SLURM_STEP_NUM_TASKS"); }
};

TEST_F(LoneEnvironment, StartsNoMpi) {
  const Environment environment;
  EXPECT_FALSE(environment.world().uses_mpi());
  EXPECT_EQ(environment.world().size(), 1);
}

TEST_F(LoneEnvironment, OfAStepOfSlurmWithOneProcessIsARun) {
  ::setenv("SLURM_STEP_NUM_TASKS", "1", 1);
  EXPECT_EQ(Environment().world().size(), 1);
}

// What a process that one of this name has started says in a step of four; its exit code is 0 where it runs.
int code_below(const char* name) {
  ::setenv("SLURM_STEP_NUM_TASKS", "4", 1);
  ::prctl(PR_SET_NAME, name);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) try {
      { const Environment environment; }
      std::exit(0);  // not _exit: counters of covered lines are written
    } catch (const ConfigError& error) {
      std::fputs(error.what(), stderr);
      std::exit(2);
    }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(LoneEnvironment, RefusesToBeOneOfSeveralThatDoNotKnowOfEachOther) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(code_below("slurmstepd"), 2);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("srun has started 4 processes that do not know of each other"));
  EXPECT_THAT(said, HasSubstr("expected srun --mpi=pmix, or mpirun"));
}

// As in srun --pty bash.
TEST_F(LoneEnvironment, OfAShellInAStepIsARun) { EXPECT_EQ(code_below("bash"), 0); }

}  // namespace
}  // namespace an::parallel
