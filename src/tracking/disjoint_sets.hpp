// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace an::tracking {

/// Sets of things that are connected; a set is called by its lowest member.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count), size_(count, 1) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  /// The lowest member of the set that holds i.
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  /// Members of the set that holds i.
  std::size_t size(std::size_t i) { return size_[find(i)]; }

  void join(std::size_t i, std::size_t j) {
    const auto [low, high] = std::minmax({find(i), find(j)});
    if (low == high) return;
    parent_[high] = low;
    size_[low] += size_[high];
  }

 private:
  std::vector<std::size_t> parent_, size_;
};

}  // namespace an::tracking
