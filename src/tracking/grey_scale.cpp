// SPDX-License-Identifier: MIT
#include "tracking/grey_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/median.hpp"
#include "core/pairwise_sum.hpp"

namespace an::tracking {

namespace {

// The median of whole numbers from 0 on, by counting.
double median_of_counts(std::span<const std::uint32_t> counts, std::size_t total) {
  const std::size_t low_rank = (total - 1) / 2;
  const std::size_t high_rank = total / 2;
  std::size_t below = 0;
  double low = -1;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    below += counts[value];
    if (low < 0 && below > low_rank) low = static_cast<double>(value);
    if (below > high_rank) return (low + static_cast<double>(value)) / 2;
  }
  return low;
}

// How often each value of a frame of bytes occurs.
std::array<std::uint32_t, 256> counts_of(const Frame& frame) {
  constexpr std::size_t lanes = 4;  // equal neighbours do not wait for each other
  std::array<std::array<std::uint32_t, 256>, lanes> parts{};
  for (std::size_t i = 0; i < frame.pixels.size(); ++i)
    ++parts[i % lanes][static_cast<std::size_t>(static_cast<int>(frame.pixels[i]))];
  std::array<std::uint32_t, 256> counts{};
  for (const auto& part : parts)
    for (std::size_t value = 0; value < counts.size(); ++value) counts[value] += part[value];
  return counts;
}

GreyScale median_and_mad(const Frame& frame) {
  if (frame.type == PixelType::uint8) {
    const auto counts = counts_of(frame);
    const double median = median_of_counts(counts, frame.pixels.size());
    // Distances are whole or half: counted in halves.
    std::array<std::uint32_t, 512> distances{};
    for (std::size_t value = 0; value < counts.size(); ++value)
      distances[static_cast<std::size_t>(2 * std::abs(static_cast<double>(value) - median))] += counts[value];
    return {median, 1.4826 * (median_of_counts(distances, frame.pixels.size()) / 2)};
  }
  std::vector<double> values(frame.pixels.begin(), frame.pixels.end());
  const double median = median_of(values);
  for (double& value : values) value = std::abs(value - median);
  return {median, 1.4826 * median_of(std::move(values))};
}

}  // namespace

GreyScale scale_of(const Frame& frame, Normalisation normalisation) {
  if (normalisation == Normalisation::none) return {};
  const bool by_median = normalisation == Normalisation::mad;
  GreyScale scale = by_median ? median_and_mad(frame) : GreyScale{0, 0};
  if (scale.unit > 0) return scale;
  std::vector<double> values(frame.pixels.begin(), frame.pixels.end());
  const GreyScale of_all = mean_and_deviation(values);
  return {by_median ? scale.centre : of_all.centre, of_all.unit};
}

GreyScale mean_and_deviation(std::span<double> values) {
  if (values.empty()) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  const auto count = static_cast<double>(values.size());
  const double mean = pairwise_sum(values) / count;
  for (double& value : values) value = (value - mean) * (value - mean);
  return {mean, std::sqrt(pairwise_sum(values) / count)};
}

double median_of_frame(const Frame& frame) {
  if (frame.type == PixelType::uint8) return median_of_counts(counts_of(frame), frame.pixels.size());
  return median_of(std::vector<double>(frame.pixels.begin(), frame.pixels.end()));
}

double percentile_not_zero(std::span<const std::uint32_t> counts, double percent) {
  const std::size_t total = std::accumulate(counts.begin() + 1, counts.end(), std::size_t{0});
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  const double place = static_cast<double>(total - 1) * (percent / 100);
  const double floor = std::floor(place);
  const auto value_at = [&](std::size_t rank) {
    std::size_t below = 0;
    for (std::size_t value = 1; value < counts.size(); ++value) {
      below += counts[value];
      if (below > rank) return static_cast<double>(value);
    }
    return static_cast<double>(counts.size() - 1);
  };
  const double low = value_at(static_cast<std::size_t>(floor));
  const double high = value_at(std::min(static_cast<std::size_t>(floor) + 1, total - 1));
  const double share = place - floor;
  return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
}

}  // namespace an::tracking
