// SPDX-License-Identifier: MIT
#include "segmentation/kernel_sums.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "core/median.hpp"
#include "core/vectorised.hpp"

namespace an::segmentation {

namespace {

// Squared distances of all pairs of frames, by the lag between them; `values` feature by feature.
AN_VECTORISED void take_square_distances(const double* values, std::size_t samples, std::size_t features,
                                         double* __restrict squares) {
  for (std::size_t lag = 1; lag < samples; squares += samples - lag++)
    for (std::size_t f = 0; f < features; ++f) {
      const double* left = values + f * samples;
      const double* right = left + lag;
      for (std::size_t i = 0; i < samples - lag; ++i) {
        const double difference = right[i] - left[i];
        squares[i] = (f == 0 ? 0 : squares[i]) + difference * difference;
      }
    }
}

// exp(-2 half) to 1e-15 for 0 <= half <= 50. It is the square of the Taylor series, to the 10th power, of what is left
// of -half beside whole multiples of ln(2) / 2; the exponent is added to the number's bits.
inline double exp_of_minus_twice(double half) {
  constexpr double rounder = 6755399441055744.0;  // 1.5 * 2^52: leaves the nearest whole number in a sum's last bits
  const double rounded = half * (-2 * std::numbers::log2e) + rounder;
  const double r = (rounded - rounder) * (-std::numbers::ln2 / 2) - half;
  const double square = r * r;
  double even = square * (1.0 / 3628800) + 1.0 / 40320;
  even = even * square + 1.0 / 720;
  even = even * square + 1.0 / 24;
  even = even * square + 0.5;
  double odd = square * (1.0 / 362880) + 1.0 / 5040;
  odd = odd * square + 1.0 / 120;
  odd = odd * square + 1.0 / 6;
  const double root = (even * square + odd * square * r) + r + 1;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(root * root) +
                               (std::bit_cast<std::uint64_t>(rounded) << 52));
}

// From squared distances to the kernel.
AN_VECTORISED void take_kernel(double* values, std::size_t count, double gamma) {
  constexpr double least = 1e-2;
  constexpr double greatest = 1e2;
  const double of_least = exp_of_minus_twice(least / 2);
  for (std::size_t i = 0; i < count; ++i) {
    double half = values[i] * (gamma / 2);
    half = half > greatest / 2 ? greatest / 2 : half;
    const double kernel = exp_of_minus_twice(half);
    values[i] = kernel > of_least ? of_least : kernel;
  }
}

// From the kernel of all pairs of frames to its sums over the pairs of each segment: that of the segment without its
// last frame, that without its first one, less what both have, and the pair of first and last.
AN_VECTORISED void sum_over_segments(double* kernel, std::size_t samples) {
  const double* common = nullptr;
  const double* shorter = kernel;
  for (std::size_t lag = 2; lag < samples; ++lag) {
    double* sums = kernel += samples - lag + 1;
    const std::size_t size = samples - lag;
    if (lag == 2)
      for (std::size_t i = 0; i < size; ++i) sums[i] += shorter[i] + shorter[i + 1];
    else
      for (std::size_t i = 0; i < size; ++i) sums[i] += (shorter[i] - common[i + 1]) + shorter[i + 1];
    common = std::exchange(shorter, sums);
  }
}

// How many of the values are below each of two limits.
AN_VECTORISED std::array<std::size_t, 2> count_below(const double* values, std::size_t count,
                                                     std::array<double, 2> limits) {
  std::size_t first = 0;
  std::size_t second = 0;
  for (std::size_t i = 0; i < count; ++i) {
    first += values[i] < limits[0] ? 1U : 0U;
    second += values[i] < limits[1] ? 1U : 0U;
  }
  return {first, second};
}

// Writes the values in [low, high) to `inside` and returns how many they are; few blocks hold any.
AN_VECTORISED std::size_t gather_between(const double* values, std::size_t count, double low, double high,
                                         double* inside) {
  constexpr std::size_t block = 32;
  std::size_t found = 0;
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t size = std::min(block, count - begin);
    std::size_t hits = 0;
    for (std::size_t i = 0; i < size; ++i) hits += values[begin + i] >= low && values[begin + i] < high ? 1U : 0U;
    for (std::size_t i = 0; hits > 0; ++i)
      if (values[begin + i] >= low && values[begin + i] < high) {
        inside[found++] = values[begin + i];
        --hits;
      }
  }
  return found;
}

// The number that `part` of the values are less than.
double element(std::vector<double>& values, double part) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// median_of() many numbers. It is looked for between two numbers of a sample; counts then tell a little above and a
// little below where it should be by linear interpolation, until few numbers are left to sort.
double median_by_counting(std::span<const double> values) {
  constexpr std::size_t few = 256;
  constexpr double margin = 0.06;
  constexpr int most_steps = 6;  // for numbers that are equal
  std::vector<double> sample;
  for (std::size_t i = 0; i < values.size(); i += values.size() / few + 1) sample.push_back(values[i]);
  const std::size_t lower = (values.size() - 1) / 2;
  const std::size_t upper = values.size() / 2;
  std::array<double, 2> limits{element(sample, 0.5 - 2 * margin), element(sample, 0.5 + 2 * margin)};
  auto [low, high] = limits;
  auto [below_low, below_high] = count_below(values.data(), values.size(), limits);
  if (below_low > lower || below_high <= upper) return median_of({values.begin(), values.end()});
  for (int step = 0; step < most_steps && below_high - below_low > few; ++step) {
    const double part = static_cast<double>(upper - below_low) / static_cast<double>(below_high - below_low);
    const double range = high - low;
    limits = {low + range * (part - margin), low + range * (part + margin)};
    const auto below = count_below(values.data(), values.size(), limits);
    for (std::size_t i = 0; i < limits.size(); ++i)
      if (below[i] <= lower && limits[i] > low) {
        low = limits[i];
        below_low = below[i];
      } else if (below[i] > upper && limits[i] < high) {
        high = limits[i];
        below_high = below[i];
      }
  }
  std::vector<double> inside(below_high - below_low);
  gather_between(values.data(), values.size(), low, high, inside.data());
  const auto at = inside.begin() + static_cast<std::ptrdiff_t>(upper - below_low);
  std::nth_element(inside.begin(), at, inside.end());
  return lower == upper ? *at : (*std::max_element(inside.begin(), at) + *at) / 2;
}

}  // namespace

KernelSums::KernelSums(std::span<const double> rows, std::size_t features, std::optional<double> gamma)
    : samples_(rows.size() / features) {
  const std::size_t pairs = samples_ * (samples_ - 1) / 2;
  const auto sums = std::make_shared_for_overwrite<double[]>(pairs);
  std::vector<double> values(rows.size());
  for (std::size_t i = 0; i < samples_; ++i)
    for (std::size_t f = 0; f < features; ++f) values[f * samples_ + i] = rows[i * features + f];
  take_square_distances(values.data(), samples_, features, sums.get());
  if (!gamma) {
    const double middle = pairs == 0 ? 0 : median_by_counting({sums.get(), pairs});
    gamma = middle != 0 ? 1 / middle : 1;
  }
  take_kernel(sums.get(), pairs, std::max(*gamma, 0.0));
  sum_over_segments(sums.get(), samples_);
  sums_ = sums;
}

}  // namespace an::segmentation
