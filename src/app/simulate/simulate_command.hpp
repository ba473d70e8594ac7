// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Makes a data set: `public/` and `ref/` in the challenge's layout, or `shards/`, and `simulation.json`. Collective.
/// \returns some_items_failed where a field of view could not be made (empty ones are notes) \throws ConfigError,
/// OutputError
ExitCode run_simulate(const SimulateOptions& options, const Config& config, const parallel::Communicator& world,
                      Progress& progress);

}  // namespace an::app
