// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "app/settings/setting.hpp"

namespace an::app {

/// All settings, those of a section together, in the order they are printed.
const std::vector<Setting>& settings();

}  // namespace an::app
