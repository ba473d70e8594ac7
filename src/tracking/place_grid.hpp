// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace an::tracking {

/// A place in a frame, px.
struct Place {
  double y = 0, x = 0;
};

/// Length of a difference of places; without std::hypot's care for numbers beyond 1e150.
inline double length_of(double y, double x) { return std::sqrt(y * y + x * x); }

/// Places sorted into square cells, to find those near a given one without looking at all.
class PlaceGrid {
 public:
  /// \param cell side of the cells, px, above 0; about how far for_each_near will look
  PlaceGrid(std::span<const Place> places, double cell);

  /// Calls visit(index) for every place within `reach`, and for some that are farther, in a fixed order.
  template <class Visit>
  void for_each_near(const Place& place, double reach, Visit visit) const {
    if (indices_.empty()) return;
    const double y = place.y - low_.y;
    const double x = place.x - low_.x;
    const std::size_t bottom = clamped((y + reach) / cell_, rows_);
    const std::size_t right = clamped((x + reach) / cell_, columns_);
    for (std::size_t row = clamped((y - reach) / cell_, rows_); row <= bottom; ++row)
      for (std::size_t column = clamped((x - reach) / cell_, columns_); column <= right; ++column)
        for (std::size_t i = first_[row * columns_ + column]; i < first_[row * columns_ + column + 1]; ++i)
          visit(indices_[i]);
  }

 private:
  static std::size_t clamped(double at, std::size_t count) {
    if (!(at > 0)) return 0;
    return at < static_cast<double>(count) ? static_cast<std::size_t>(at) : count - 1;
  }
  std::size_t cell_of(const Place& place) const {
    return clamped((place.y - low_.y) / cell_, rows_) * columns_ + clamped((place.x - low_.x) / cell_, columns_);
  }

  Place low_;
  double cell_ = 1;
  std::size_t rows_ = 1, columns_ = 1;
  std::vector<std::size_t> first_, indices_;
};

}  // namespace an::tracking
