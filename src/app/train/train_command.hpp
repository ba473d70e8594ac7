// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// `train`. Collective: every rank takes its share of each batch's tiles.
/// \throws ConfigError, InputError, OutputError, kernels::BackendMissing
ExitCode run_train(const TrainOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress);

}  // namespace an::app
