// SPDX-License-Identifier: MIT
#pragma once

#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "parallel/communicator.hpp"

namespace an::test {

/// The ranks this test program runs on.
inline const parallel::Communicator*& world_slot() {
  static const parallel::Communicator* slot = nullptr;
  return slot;
}
inline const parallel::Communicator& world() { return *world_slot(); }

/// Prints a rank's failures, for the ranks other than the root, whose full report would be the same again.
class FailurePrinter : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "rank %d: %s:%d: %s\n", world().rank(), result.file_name(), result.line_number(),
                 result.message());
  }
};

/// Runs the tests on every rank; the program fails if they fail on any.
inline int run_mpi_tests(int argc, char** argv) {
  const parallel::Environment environment;
  world_slot() = &environment.world();
  testing::InitGoogleMock(&argc, argv);
  if (!world().is_root()) {
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter);
  }
  std::array<std::int64_t, 1> failed{RUN_ALL_TESTS()};
  world().max_of_all(failed);
  return static_cast<int>(failed[0]);
}

}  // namespace an::test

#define AN_MPI_TEST_MAIN() \
  int main(int argc, char** argv) { return an::test::run_mpi_tests(argc, argv); }
