// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/settings/command_line.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// `network`: the network alone. Collective; root works.
/// \throws InputError, OutputError, ConfigError, kernels::BackendMissing
ExitCode run_network(const NetworkOptions& options, const parallel::Communicator& world);

}  // namespace an::app
