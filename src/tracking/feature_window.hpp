// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/parallel.hpp"
#include "tracking/crocker_grier.hpp"

namespace an::tracking {

/// A window on its way to a feature's centre of mass.
struct RefinedWindow {
  double y = 0, x = 0;  ///< centre of mass, px
  double mass = 0;
  std::ptrdiff_t row = 0, column = 0;  ///< of the window
};

/// The pixels of a round window around a feature, and what their sums are weighted with.
class FeatureWindow {
 public:
  using HostImage = kernels::Image<double>::HostMirror;

  /// \param diameter px, odd
  explicit FeatureWindow(std::size_t diameter);

  /// To be told before anything is measured in images of so many columns.
  void set_columns(std::size_t columns);

  std::size_t radius() const { return radius_; }
  std::size_t pixels() const { return row_.size(); }
  /// Root of the sum of squared distances from the centre along an axis.
  double moment() const;
  /// Where a pixel lies in an image of so many columns, seen from the centre.
  std::ptrdiff_t offset(std::size_t pixel, std::size_t columns) const {
    return row_[pixel] * static_cast<std::ptrdiff_t>(columns) + column_[pixel];
  }

  /// Moves the window to the centre of mass, beginning around a pixel. Here, since it is done for every maximum.
  RefinedWindow refine(const HostImage& filtered, std::ptrdiff_t row, std::ptrdiff_t column) const;

  /// What trackpy tells of a feature, but for its static error. \param filtered values times `scale`
  Feature measure(const HostImage& filtered, const HostImage& raw, double scale, const RefinedWindow& at) const;

 private:
  static constexpr int most_shifts = 10;
  static constexpr double shift_beyond = 0.6;  ///< px off the centre at which the window moves

  std::size_t radius_;
  std::vector<std::ptrdiff_t> row_, column_;  // offsets from the centre
  std::vector<double> y_, x_;                 // from the window's corner
  std::vector<double> square_, cosine_, sine_;
  std::vector<std::ptrdiff_t> offsets_;  // in memory
};

inline RefinedWindow FeatureWindow::refine(const HostImage& filtered, std::ptrdiff_t row, std::ptrdiff_t column) const {
  const double* const image = filtered.data();
  const auto width = static_cast<std::ptrdiff_t>(filtered.extent(1));
  const auto r = static_cast<std::ptrdiff_t>(radius_);
  const auto radius = static_cast<double>(radius_);
  const std::ptrdiff_t last_row = static_cast<std::ptrdiff_t>(filtered.extent(0)) - 1 - r;
  const std::ptrdiff_t last_column = width - 1 - r;
  RefinedWindow moving;
  for (int shift = 0; shift < most_shifts; ++shift) {
    moving.mass = 0;
    double sum_y = 0;
    double sum_x = 0;
    const double* const centre = image + row * width + column;
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      const double value = centre[offsets_[i]];
      sum_y += value * y_[i];
      sum_x += value * x_[i];
      moving.mass += value;
    }
    const double off_y = sum_y / moving.mass - radius;
    const double off_x = sum_x / moving.mass - radius;
    moving.y = off_y + static_cast<double>(row);
    moving.x = off_x + static_cast<double>(column);
    moving.row = row;
    moving.column = column;
    if (std::abs(off_y) < shift_beyond && std::abs(off_x) < shift_beyond) return moving;
    const auto moved = [](std::ptrdiff_t at, double off, std::ptrdiff_t low, std::ptrdiff_t high) {
      if (off > shift_beyond) ++at;
      if (off < -shift_beyond) --at;
      return std::clamp(at, low, high);
    };
    row = moved(row, off_y, r, last_row);
    column = moved(column, off_x, r, last_column);
  }
  moving.row = row;
  moving.column = column;
  moving.mass = 0;
  for (const std::ptrdiff_t offset : offsets_) moving.mass += image[row * width + column + offset];
  return moving;
}

}  // namespace an::tracking
