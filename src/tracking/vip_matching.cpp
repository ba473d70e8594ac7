// SPDX-License-Identifier: MIT
#include "tracking/vip_matching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/assignment.hpp"
#include "core/sparse_assignment.hpp"

namespace an::tracking {

namespace {

constexpr int ground = 255;

// Blocks of 2 x 2 pixels laid over one another; a block adds its index + 1, and the map shows the sum minus 1.
class VipMap {
 public:
  explicit VipMap(const Frame& page)
      : rows_(static_cast<std::ptrdiff_t>(page.rows)), columns_(static_cast<std::ptrdiff_t>(page.columns)) {
    for (const float pixel : page.pixels) {
      const auto value = static_cast<int>(pixel);
      sums_.push_back(value == ground ? 0 : value + 1);
    }
    // Blocks that show all four pixels of their own, then three, two and one, are taken off one after another.
    for (const int needed : {4, 3, 2, 1})
      while (take_best(needed)) {
      }
  }

  // Pixels that the blocks leave over.
  std::size_t left() const {
    return sums_.size() - static_cast<std::size_t>(std::count(sums_.begin(), sums_.end(), 0));
  }

  std::vector<VipLabel> labels() const {
    std::vector<VipLabel> labels;
    for (const auto& [vip, place] : found_) labels.push_back({vip - 1, place});
    return labels;
  }

 private:
  int at(std::ptrdiff_t row, std::ptrdiff_t column) const {
    return sums_[static_cast<std::size_t>(row * columns_ + column)];
  }

  // The block at (row, column) of this value: how many of its pixels show it alone; -1 where it cannot be.
  int visible(std::ptrdiff_t row, std::ptrdiff_t column, int value) const {
    int alone = 0;
    for (std::ptrdiff_t r = row; r <= row + 1; ++r)
      for (std::ptrdiff_t c = column; c <= column + 1; ++c) {
        if (r < 0 || c < 0 || r >= rows_ || c >= columns_) continue;  // cut off by the border
        if (at(r, c) < value) return -1;
        if (at(r, c) == value) ++alone;
      }
    return alone;
  }

  bool take_best(int needed) {
    for (std::ptrdiff_t row = 0; row < rows_; ++row)
      for (std::ptrdiff_t column = 0; column < columns_; ++column) {
        const int value = at(row, column);
        if (value == 0 || found_.count(value) > 0) continue;
        // The pixel may be any corner of the block.
        for (const std::ptrdiff_t down : {0, -1})
          for (const std::ptrdiff_t across : {0, -1})
            if (visible(row + down, column + across, value) >= needed) {
              take(row + down, column + across, value);
              return true;
            }
      }
    return false;
  }

  void take(std::ptrdiff_t row, std::ptrdiff_t column, int value) {
    for (std::ptrdiff_t r = std::max<std::ptrdiff_t>(row, 0); r <= std::min(row + 1, rows_ - 1); ++r)
      for (std::ptrdiff_t c = std::max<std::ptrdiff_t>(column, 0); c <= std::min(column + 1, columns_ - 1); ++c)
        sums_[static_cast<std::size_t>(r * columns_ + c)] -= value;
    found_[value] = {static_cast<double>(row) + 0.5, static_cast<double>(column) + 0.5};
  }

  std::ptrdiff_t rows_, columns_;
  std::vector<int> sums_;  // of index + 1 over the blocks that cover a pixel
  std::map<int, Place> found_;
};

}  // namespace

std::optional<std::vector<VipLabel>> read_vip_map(const Frame& page) {
  if (page.type != PixelType::uint8) return {};
  const auto background = static_cast<std::size_t>(std::count(page.pixels.begin(), page.pixels.end(), float{ground}));
  if (2 * background <= page.pixels.size()) return {};
  const VipMap map(page);
  if (2 * map.left() > page.pixels.size() - background) return {};
  return map.labels();
}

std::vector<std::size_t> nearest_assignment(std::span<const Place> places, std::span<const Place> candidates) {
  std::vector<std::size_t> chosen(places.size(), SparseAssignment::none);
  if (places.empty() || candidates.empty()) return chosen;
  std::vector<double> costs;
  for (const Place& place : places)
    for (const Place& candidate : candidates) costs.push_back(std::hypot(place.y - candidate.y, place.x - candidate.x));
  AssignmentSolver solver;
  for (const AssignedPair& pair : solver.solve(costs, places.size(), candidates.size())) chosen[pair.row] = pair.column;
  return chosen;
}

}  // namespace an::tracking
