// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace an {

/// Places of at most `count` of `all` things, evenly spread, ascending.
inline std::vector<std::size_t> spread_out(std::size_t count, std::size_t all) {
  count = std::min(count, all);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) places.push_back(i * all / count);
  return places;
}

}  // namespace an
