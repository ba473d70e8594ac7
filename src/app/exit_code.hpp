// SPDX-License-Identifier: MIT
#pragma once

namespace an {

/// What the process tells its caller.
enum class ExitCode : int {
  done = 0,
  our_fault = 1,          ///< a fault of ours, or a file that could not be written
  usage = 2,              ///< wrong option or configuration
  input = 3,              ///< input data that cannot be used
  some_items_failed = 4,  ///< done, but for some items
  stopped = 5,            ///< stopped in order; resume to go on
  difference = 6,         ///< `verify` found a problem
};

}  // namespace an
