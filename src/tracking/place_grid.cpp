// SPDX-License-Identifier: MIT
#include "tracking/place_grid.hpp"

#include <algorithm>
#include <cmath>

namespace an::tracking {

PlaceGrid::PlaceGrid(std::span<const Place> places, double cell) {
  if (places.empty()) return;
  Place high = low_ = places.front();
  for (const Place& place : places) {
    low_ = {std::min(low_.y, place.y), std::min(low_.x, place.x)};
    high = {std::max(high.y, place.y), std::max(high.x, place.x)};
  }
  // Not many more cells than places.
  const double area = std::max((high.y - low_.y) * (high.x - low_.x), 1.0);
  cell_ = std::max(
      {cell, std::sqrt(area / static_cast<double>(places.size())), std::max(high.y - low_.y, high.x - low_.x) / 4096});
  rows_ = static_cast<std::size_t>((high.y - low_.y) / cell_) + 1;
  columns_ = static_cast<std::size_t>((high.x - low_.x) / cell_) + 1;
  first_.assign(rows_ * columns_ + 1, 0);
  for (const Place& place : places) ++first_[cell_of(place) + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  indices_.resize(places.size());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t i = 0; i < places.size(); ++i) indices_[next[cell_of(places[i])]++] = i;
}

}  // namespace an::tracking
