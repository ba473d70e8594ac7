// SPDX-License-Identifier: MIT
#include "tracking/feature_window.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace an::tracking {

FeatureWindow::FeatureWindow(std::size_t diameter) : radius_(diameter / 2) {
  const auto r = static_cast<std::ptrdiff_t>(radius_);
  const auto rr = static_cast<double>(radius_);
  for (std::ptrdiff_t i = -r; i <= r; ++i)
    for (std::ptrdiff_t j = -r; j <= r; ++j) {
      const auto down = static_cast<double>(i);
      const auto across = static_cast<double>(j);
      if ((down / rr) * (down / rr) + (across / rr) * (across / rr) > 1) continue;
      row_.push_back(i);
      column_.push_back(j);
      y_.push_back(down + rr);
      x_.push_back(across + rr);
      square_.push_back(down * down + across * across);
      const double angle = std::atan2(down, across);
      cosine_.push_back(std::cos(2 * angle));
      sine_.push_back(std::sin(2 * angle));
    }
}

double FeatureWindow::moment() const { return std::sqrt(std::accumulate(square_.begin(), square_.end(), 0.0) / 2); }

void FeatureWindow::set_columns(std::size_t columns) {
  offsets_.clear();
  for (std::size_t i = 0; i < pixels(); ++i) offsets_.push_back(offset(i, columns));
}

Feature FeatureWindow::measure(const HostImage& filtered, const HostImage& raw, double scale,
                               const RefinedWindow& at) const {
  Feature feature{at.y, at.x, at.mass / scale};
  double gyration = 0;
  double cosine = 0;
  double sine = 0;
  const std::ptrdiff_t place = at.row * static_cast<std::ptrdiff_t>(filtered.extent(1)) + at.column;
  const double* const centre = filtered.data() + place;
  const double* const raw_centre = raw.data() + place;
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    const double value = centre[offsets_[i]];
    feature.raw_mass += raw_centre[offsets_[i]];
    gyration += square_[i] * value;
    cosine += value * cosine_[i];
    sine += value * sine_[i];
    feature.signal = std::max(feature.signal, value);
  }
  feature.signal /= scale;
  feature.size = std::sqrt(gyration / at.mass);
  feature.ecc = std::sqrt(cosine * cosine + sine * sine) / (at.mass - *centre + 1e-6);
  return feature;
}

}  // namespace an::tracking
