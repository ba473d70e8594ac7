// SPDX-License-Identifier: MIT
#include "app/items/item_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "app/failure.hpp"
#include "core/error.hpp"
#include "kernels/kernels.hpp"

namespace an::app {
namespace {

using ::testing::ElementsAre;

// Does three items, of which the second throws.
template <class Thrown>
ItemOutcome with_second(const Thrown& thrown, std::size_t& done) {
  const std::vector<double> costs{3, 2, 1};
  Progress progress;
  return do_items(parallel::Communicator(), progress, costs,
                  {"doing", "items", {}, [&](std::size_t item) -> std::uint64_t {
                     if (item == 1) throw thrown;
                     ++done;
                     return 1;
                   }});
}

TEST(ItemWork, AnItemThatThrowsIsRecordedAndTheOthersGoOn) {
  std::size_t done = 0;
  EXPECT_THAT(with_second(InputError("a.csv", "is no table"), done).failures, ElementsAre("a.csv: is no table"));
  EXPECT_THAT(with_second(std::runtime_error("odd"), done).failures, ElementsAre("internal error: odd"));
  EXPECT_THAT(with_second(kernels::BackendTooSmall("cuda: too long"), done).failures, ElementsAre("cuda: too long"));
  EXPECT_EQ(done, 6U);
}

TEST(ItemWork, AnItemThatHasNothingToWriteIsNoFailure) {
  std::size_t done = 0;
  const ItemOutcome outcome = with_second(NothingToWrite("item 1"), done);
  EXPECT_THAT(outcome.failures, ElementsAre());
  EXPECT_THAT(outcome.nothing, ElementsAre("item 1"));
  EXPECT_THAT(outcome.owner, ElementsAre(0, 0, 0));
  EXPECT_EQ(done, 2U);
}

TEST(ItemWork, WhatHasNothingToDoWithTheItemEndsItAll) {
  std::size_t done = 0;
  EXPECT_THROW(with_second(OutputError("a.csv", "no space left"), done), OutputError);
  EXPECT_THROW(with_second(kernels::BackendMissing("no device"), done), kernels::BackendMissing);
  EXPECT_THROW(with_second(kernels::BackendFailed("cudaMalloc: out of memory"), done), kernels::BackendFailed);
}

TEST(ItemWork, OfManyFailuresTheFirstAreNamedAndAllWhereThatIsAskedFor) {
  const std::vector<std::string> failures{"a", "b", "c", "d", "e", "f", "g"};
  const auto printed = [&](std::size_t count, int verbosity) {
    RunConfig config;
    config.verbosity = verbosity;
    testing::internal::CaptureStderr();
    print_failures({failures.begin(), failures.begin() + static_cast<std::ptrdiff_t>(count)}, config);
    return testing::internal::GetCapturedStderr();
  };
  const std::string five =
      "anomalousnet: error: a\nanomalousnet: error: b\nanomalousnet: error: c\nanomalousnet: error: d\n"
      "anomalousnet: error: e\n";
  EXPECT_EQ(printed(5, 0), five);
  EXPECT_EQ(printed(7, 0), five + "anomalousnet: error: … and 2 more (--verbose names all)\n");
  EXPECT_EQ(printed(7, -1), printed(7, 0));
  EXPECT_EQ(printed(7, 1), five + "anomalousnet: error: f\nanomalousnet: error: g\n");
}

TEST(Failure, ABackEndThatFailsIsNoErrorOfTheUser) {
  try {
    throw kernels::BackendFailed("cudaMalloc: out of memory");
  } catch (...) {
    const Failure failure = current_failure();
    EXPECT_EQ(failure.code, ExitCode::our_fault);
    EXPECT_EQ(failure.message, "cudaMalloc: out of memory");
  }
}

}  // namespace
}  // namespace an::app
