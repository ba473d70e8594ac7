// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "parallel/communicator.hpp"

namespace an::app {

/// Collective: the text of a configuration file, `-` for stdin, read by the root for all.
/// \param option that names it \throws ConfigError on every rank alike, with the option and the system's reason, when
/// it cannot be read
std::string read_config_text(const std::string& option, const std::string& file, const parallel::Communicator& world);

}  // namespace an::app
