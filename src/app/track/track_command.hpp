// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Tracks videos, one a work item, and writes their tracks and `tracking.json`. A video that cannot be used is recorded
/// and the others go on (exit code 4). Collective. \throws InputError when there is no video, ConfigError, OutputError
ExitCode run_track(const TrackOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress);

}  // namespace an::app
