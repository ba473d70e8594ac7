// SPDX-License-Identifier: MIT
#pragma once

#include <deque>

#include "app/settings/subcommand.hpp"

namespace an::app {

/// All subcommands of the program, in the order of its help. They write to `common` what the options that they share
/// ask for.
std::deque<Subcommand> declare_subcommands(CLI::App& program, CommonOptions& common);

}  // namespace an::app
