// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Why the program ends early.
struct Failure {
  ExitCode code;
  std::string message;
};

/// The exception in flight as an exit code and words. \pre called in a catch block
Failure current_failure();

/// Writes `anomalousnet: error: …` to stderr, with the rank if there are several.
void print_failure(const Failure& failure, const parallel::Communicator& world);

/// Ends every rank after an error that this rank, or each of them, has met: the message appears once where the root has
/// met it too, because the other ranks leave the root time to speak for them.
[[noreturn]] void abort_all(const Failure& failure, const parallel::Communicator& world);

}  // namespace an::app
