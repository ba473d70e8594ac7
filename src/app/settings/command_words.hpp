// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "app/settings/command_line.hpp"

/// What words of the command line mean. All throw ConfigError, naming the option and what was expected.
namespace an::app {

/// Seconds of `3h50m`, `90s`, `2h`.
double duration_of(const std::string& option, const std::string& text);
NetworkOptions::Action network_action_of(const std::string& name);
kernels::Backend backend_of(const std::string& option, const std::string& name);
kernels::Precision precision_of(const std::string& option, const std::string& name);
kernels::LossKind task_of(const std::string& option, const std::string& name);

}  // namespace an::app
