// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// `run`: infers `benchmark/public` into `output/submission`, scores it against `benchmark/ref` where there is one, and
/// writes the report. \returns done, some_items_failed where a file could not be used, or stopped
ExitCode run_benchmark(const RunOptions& options, const Config& config, const parallel::Communicator& world,
                       Progress& progress);

}  // namespace an::app
