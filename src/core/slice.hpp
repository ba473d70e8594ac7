// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace an {

/// Elements [begin, end).
template <class T>
std::vector<T> slice(const std::vector<T>& all, std::size_t begin, std::size_t end) {
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace an
