// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Collective: checks a submission before it is sent, and lists on stdout what the scorer would object to.
/// \return done, or difference where something is wrong
/// \throws InputError when there is nothing that can be checked
ExitCode run_verify(const VerifyOptions& options, const Config& config, const parallel::Communicator& world,
                    Progress& progress);

}  // namespace an::app
