// SPDX-License-Identifier: MIT
#include "app/train/network_timing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace an::app {

void print_times(const char* what, std::size_t count, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  if (count == 0) return;
  work();
  std::vector<double> times(count);
  for (double& time : times) {
    const Clock::time_point start = Clock::now();
    work();
    time = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }
  std::ranges::sort(times);
  fmt::print("{}: {:.3f} ms at least, {:.3f} ms median of {}\n", what, times.front(), times[count / 2], count);
}

}  // namespace an::app
