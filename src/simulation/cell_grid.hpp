// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulation/point.hpp"

namespace an::simulation {

/// Points of a box sorted into square cells, so that those within `range` of a place are found among a few.
class CellGrid {
 public:
  /// An empty grid. \param expected roughly how many points it will hold
  CellGrid(double side, double range, std::size_t expected) {
    const double most = 2 * std::sqrt(static_cast<double>(expected)) + 1;
    cells_ = static_cast<std::ptrdiff_t>(std::clamp(std::floor(side / range), 1.0, most));
    cells_per_px_ = static_cast<double>(cells_) / side;
    first_.assign(static_cast<std::size_t>(cells_ * cells_), none);
  }

  void clear() {
    std::fill(first_.begin(), first_.end(), none);
    next_.clear();
  }
  /// Adds the point numbered next (0, 1, …).
  void insert(Point point) {
    std::uint32_t& first = first_[static_cast<std::size_t>(cell(point.x) * cells_ + cell(point.y))];
    next_.push_back(first);
    first = static_cast<std::uint32_t>(next_.size() - 1);
  }
  /// Calls visit(number) for every point that may lie within `range` of the place, in or outside of the box.
  template <class Visit>
  void for_each_near(Point place, Visit visit) const {
    const std::ptrdiff_t row = cell(place.x), column = cell(place.y);
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(row - 1, 0); i <= std::min(row + 1, cells_ - 1); ++i)
      for (std::ptrdiff_t j = std::max<std::ptrdiff_t>(column - 1, 0); j <= std::min(column + 1, cells_ - 1); ++j)
        for (std::uint32_t n = first_[static_cast<std::size_t>(i * cells_ + j)]; n != none; n = next_[n]) visit(n);
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  std::ptrdiff_t cell(double coordinate) const {
    const double at = coordinate * cells_per_px_;
    return at >= static_cast<double>(cells_) ? cells_ - 1 : at > 0 ? static_cast<std::ptrdiff_t>(at) : 0;
  }

  std::ptrdiff_t cells_;
  double cells_per_px_;
  std::vector<std::uint32_t> first_, next_;
};

}  // namespace an::simulation
