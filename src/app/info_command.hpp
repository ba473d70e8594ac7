// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/settings/command_line.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Collective: prints what the program is, was built with and runs on; with `--mpi` its ranks and their hosts too.
ExitCode run_info(const InfoOptions& options, const parallel::Communicator& world);

}  // namespace an::app
