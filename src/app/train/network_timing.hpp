// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>

namespace an::app {

/// Calls `work` once for nothing, then `count` times, and prints the milliseconds a call: least and median.
void print_times(const char* what, std::size_t count, const std::function<void()>& work);

}  // namespace an::app
