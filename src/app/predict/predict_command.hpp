// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// `predict`: infers every experiment below the input and writes a whole submission into the output. Collective.
/// \returns done, some_items_failed where a file could not be used, or stopped
/// \throws InputError where there is nothing to infer, ConfigError where the output belongs to something else
ExitCode run_predict(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
                     Progress& progress);

}  // namespace an::app
