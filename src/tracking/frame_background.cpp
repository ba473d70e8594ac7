// SPDX-License-Identifier: MIT
#include "tracking/frame_background.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace an::tracking {

namespace {

constexpr double cut = 2.5;  // standard deviations
constexpr int repetitions = 12;
// Standard deviation of a normal distribution cut at 2.5 on both sides: sqrt(1 - 2 c φ(c) / (2 Φ(c) - 1)).
constexpr double left_of_noise = 0.95460;

constexpr double of_rounding = 0.5;      // that of whole numbers is no less
constexpr double per_median = 1.4826;    // standard deviations of normal noise a median distance
constexpr double least_of_range = 1e-6;  // what noise there may be of the range of values
constexpr double of_clean = 1e-3;        // and what is taken for it where there is none

// Grey values and how often each occurs.
struct Bin {
  double value;
  double count;
};

std::vector<Bin> bins_of(const Frame& frame) {
  std::vector<Bin> bins;
  if (frame.whole()) {
    std::vector<std::uint32_t> counts(frame.type == PixelType::uint8 ? 256 : 65536);
    for (const float pixel : frame.pixels) ++counts[static_cast<std::size_t>(pixel)];
    for (std::size_t value = 0; value < counts.size(); ++value)
      if (counts[value] > 0) bins.push_back({static_cast<double>(value) + 0.5, static_cast<double>(counts[value])});
    return bins;
  }
  std::vector<float> sorted = frame.pixels;
  std::sort(sorted.begin(), sorted.end());
  for (const float pixel : sorted) bins.push_back({static_cast<double>(pixel), 1});
  return bins;
}

double median_of(const std::vector<Bin>& bins, double total) {
  double below = 0;
  for (const Bin& bin : bins) {
    below += bin.count;
    if (2 * below >= total) return bin.value;
  }
  return 0;
}

// How far the pixels farther than `least` from the level are from it, ascending.
std::vector<Bin> distances_from(const std::vector<Bin>& bins, double level, double least) {
  std::vector<Bin> distances;
  for (const Bin& bin : bins)
    if (const double distance = std::abs(bin.value - level); distance > least)
      distances.push_back({distance, bin.count});
  std::sort(distances.begin(), distances.end(), [](const Bin& a, const Bin& b) { return a.value < b.value; });
  return distances;
}

// Deviation of a ground most of whose pixels are equal, or nearly so. \param total pixels
double deviation_of_equals(const std::vector<Bin>& bins, double level, double least, double total) {
  constexpr double many = 0.1;  // of the pixels
  const std::vector<Bin> off = distances_from(bins, level, least);
  double count = 0;
  for (const Bin& bin : off) count += bin.count;
  // Many that differ are noise of which a half was cut off, few are spots on a clean ground.
  return count > many * total ? per_median * median_of(off, count) : 0;
}

}  // namespace

FrameBackground background_of(const Frame& frame) {
  const std::vector<Bin> bins = bins_of(frame);
  const double range = bins.back().value - bins.front().value;
  const auto total = static_cast<double>(frame.pixels.size());
  FrameBackground ground;
  ground.level = median_of(bins, total);
  ground.noise = per_median * median_of(distances_from(bins, ground.level, -1), total);
  if (frame.whole()) ground.noise = std::max(ground.noise, of_rounding);
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    for (const Bin& bin : bins) {
      const double off = bin.value - ground.level;
      if (std::abs(off) > cut * ground.noise) continue;
      count += bin.count;
      sum += bin.count * off;
      squares += bin.count * off * off;
    }
    if (count == 0) break;
    const double mean = sum / count;
    const double noise = std::sqrt(std::max(squares / count - mean * mean, 0.0)) / left_of_noise;
    const bool settled = std::abs(noise - ground.noise) < 1e-4 * noise && std::abs(mean) < 1e-4 * noise;
    ground = {ground.level + mean, noise};
    if (settled) break;
  }
  if (ground.noise <= least_of_range * range) {
    ground.noise = deviation_of_equals(bins, ground.level, least_of_range * range, total);
    if (ground.noise == 0) ground.noise = of_clean * range;
    if (frame.whole()) ground.noise = std::max(ground.noise, of_rounding);
  }
  return ground;
}

}  // namespace an::tracking
