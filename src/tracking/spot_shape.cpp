// SPDX-License-Identifier: MIT
#include "tracking/spot_shape.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace an::tracking {

namespace {
constexpr int profile_bins = 4;  // a pixel
constexpr int places = 8;        // centres in a pixel, in each direction, that averages are taken over
}  // namespace

double ShapeTable::at(double row, double column, double y, double x) const {
  const double down = (row - y + reach) * per_pixel;
  const double across = (column - x + reach) * per_pixel;
  if (!(down >= 0) || !(across >= 0) || down >= side() - 1 || across >= side() - 1) return 0;
  const auto i = static_cast<std::size_t>(down);
  const auto j = static_cast<std::size_t>(across);
  const auto width = static_cast<std::size_t>(side());
  const double v = down - static_cast<double>(i);
  const double u = across - static_cast<double>(j);
  const auto sample = [&](std::size_t r, std::size_t c) { return static_cast<double>(samples[r * width + c]); };
  return (1 - v) * ((1 - u) * sample(i, j) + u * sample(i, j + 1)) +
         v * ((1 - u) * sample(i + 1, j) + u * sample(i + 1, j + 1));
}

double ShapeTable::light() const {
  double sum = 0;
  for (int row = -reach; row <= reach; ++row)
    for (int column = -reach; column <= reach; ++column) sum += at(row, column, 0, 0);
  return sum;
}

std::vector<double> ShapeTable::mean_profile() const {
  std::vector<double> profile(static_cast<std::size_t>(reach));
  double sum = 0;
  for (int q = 0; q < reach; ++q) {
    for (int row = -1; row <= 1; ++row)
      for (int i = 0; i < places; ++i)
        for (int j = 0; j < places; ++j)
          profile[static_cast<std::size_t>(q)] += at(row, q, (i + 0.5) / places - 0.5, (j + 0.5) / places - 0.5) +
                                                  at(row, -q, (i + 0.5) / places - 0.5, (j + 0.5) / places - 0.5);
    sum += (q == 0 ? 1 : 2) * profile[static_cast<std::size_t>(q)];
  }
  for (double& value : profile) value /= sum;
  return profile;
}

double ShapeTable::answer_to(const double* taps, std::size_t taps_reach) const {
  const auto r = static_cast<int>(taps_reach);
  double sum = 0;
  for (int row = -r; row <= r; ++row)
    for (int column = -r; column <= r; ++column)
      for (int i = 0; i < places; ++i)
        for (int j = 0; j < places; ++j)
          sum += taps[std::abs(row)] * taps[std::abs(column)] *
                 at(row, column, (i + 0.5) / places - 0.5, (j + 0.5) / places - 0.5);
  return sum / (places * places);
}

ShapeTable airy_table(const Optics& optics) {
  constexpr int reach = 5;
  const PointSpread pattern = airy_pattern(optics, reach);
  return {reach, 1, pattern.values};
}

ShapeTable gaussian_table(double sigma) {
  constexpr int per_pixel = 8;
  const int reach = std::clamp(static_cast<int>(std::ceil(4 * sigma)), 4, 32);
  ShapeTable table{reach, per_pixel, {}};
  std::vector<double> profile;
  for (int i = 0; i < table.side(); ++i) {
    const double centre = static_cast<double>(i) / per_pixel - reach;
    const double scale = sigma * std::numbers::sqrt2;
    profile.push_back(0.5 * (std::erf((centre + 0.5) / scale) - std::erf((centre - 0.5) / scale)));
  }
  const double height = profile[profile.size() / 2];
  for (const double down : profile)
    for (const double across : profile) table.samples.push_back(static_cast<float>(down * across / (height * height)));
  return table;
}

RadialProfile::RadialProfile(int reach)
    : reach_(reach), light_(static_cast<std::size_t>(profile_bins * reach + 1)), photons_(light_.size()) {}

void RadialProfile::add(double distance, double light, double photons) {
  const auto bin = static_cast<std::size_t>(std::lround(distance * profile_bins));
  if (bin >= light_.size()) return;
  light_[bin] += light * photons;
  photons_[bin] += photons * photons;
}

std::optional<ShapeTable> RadialProfile::table() const {
  std::vector<double> profile;
  for (std::size_t bin = 0; bin < light_.size(); ++bin) {
    if (!(photons_[bin] > 0)) return std::nullopt;
    profile.push_back(light_[bin] / photons_[bin]);
  }
  if (!(profile[0] > 0)) return std::nullopt;
  constexpr int per_pixel = 8;
  ShapeTable table{reach_, per_pixel, {}};
  const int middle = reach_ * per_pixel;
  for (int i = 0; i < table.side(); ++i)
    for (int j = 0; j < table.side(); ++j) {
      const double place = std::hypot(i - middle, j - middle) * profile_bins / per_pixel;
      const auto bin = static_cast<std::size_t>(place);
      const double share = place - static_cast<double>(bin);
      const double value = bin + 1 < profile.size() ? profile[bin] + (profile[bin + 1] - profile[bin]) * share : 0;
      table.samples.push_back(static_cast<float>(value / profile[0]));
    }
  return table;
}

}  // namespace an::tracking
