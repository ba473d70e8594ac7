// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// `scaling`: tables of times by ranks and threads, and simulated schedules past them. Collective; the root alone
/// works, but for the measurement of the shared counter. \throws InputError where folders hold no times or nothing can
/// be compared, ConfigError where the counter's cost is not known
ExitCode run_scaling(const ScalingOptions& options, const Config& config, const parallel::Communicator& world);

}  // namespace an::app
