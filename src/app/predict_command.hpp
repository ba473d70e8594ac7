// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "app/progress.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// What predict_all did.
struct PredictionOutcome {
  std::size_t experiments = 0, fovs = 0;
  bool stopped = false;               ///< in order, before all was done; nothing else is known then
  std::vector<std::string> failures;  ///< in words on root, empty words elsewhere
  double track_seconds = 0, solve_seconds = 0;
  double ensemble_seconds = 0;
  double fit_seconds = 0, infer_seconds = 0;  ///< of all ranks together
};

/// Infers every experiment below `input` and writes a whole submission into `output`. Collective.
/// \throws InputError where there is nothing to infer, ConfigError where the output belongs to something else
PredictionOutcome predict_all(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
                              Progress& progress);

/// `predict`. \returns done, some_items_failed where a file could not be used, or stopped
ExitCode run_predict(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
                     Progress& progress);

}  // namespace an::app
