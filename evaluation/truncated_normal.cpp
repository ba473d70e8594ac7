// SPDX-License-Identifier: MIT
#include "evaluation/truncated_normal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/vectorised.hpp"

namespace an::evaluation {

namespace {

const double log_sqrt_two_pi = 0.5 * std::log(2 * std::numbers::pi);

// e^r for |r| <= ln(2)/2, by its Taylor series to the 13th power (the next term is below 1e-17).
inline double exp_of_small(double r) {
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  return r * r * p + r + 1;
}

// Adding this to a small number leaves the nearest whole number in the last bits of the sum.
constexpr double rounder = 6755399441055744.0;  // 1.5 * 2^52

// value * 2^n, where n is in the last bits of `rounded`. In two steps, so that results may be denormal.
inline double scaled(double value, double rounded) {
  constexpr std::uint64_t bias = 1023 + 64;
  const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(rounded) + bias) << 52);
  return value * power * 0x1p-64;
}

// exp(x) for x <= 600, zero below -745. A plain loop of it is vectorised by the compiler.
inline double exp_of(double x) {
  constexpr double log2_e = std::numbers::log2e;
  constexpr double ln2_high = 0x1.62e42fee00000p-1;  // 32 bits: its product with n is exact
  constexpr double ln2_low = 0x1.a39ef35793c76p-33;
  x = x < -750 ? -750 : x;
  const double rounded = x * log2_e + rounder;
  const double n = rounded - rounder;
  const double r = (x - n * ln2_high) - n * ln2_low;
  return scaled(exp_of_small(r), rounded);
}

// 10^t: the product t log2(10) is taken in two parts, so that its error does not reach the result.
AN_VECTORISED void power_of_ten_loop(const double* t, double* result, std::size_t size) {
  constexpr double log2_10_high = 0x1.a934f08000000p+1;  // 26 bits
  constexpr double log2_10_low = 0x1.79a3715fc9258p-27;
  constexpr double splitter = 134217729;  // 2^27 + 1
  for (std::size_t i = 0; i < size; ++i) {
    const double c = splitter * t[i];
    const double high = c - (c - t[i]);
    const double low = t[i] - high;
    const double main = high * log2_10_high;
    const double rest = low * log2_10_high + t[i] * log2_10_low;
    const double rounded = (main + rest) + rounder;
    const double fraction = (main - (rounded - rounder)) + rest;
    result[i] = scaled(exp_of_small(fraction * std::numbers::ln2), rounded);
  }
}

// A mode with everything that does not depend on x worked out: density = factor * exp(exponent - z²/2), z = (x - mean)
// / sigma.
struct PreparedMode {
  double mean;
  double sigma;
  double inverse_sigma;
  double exponent;
  double factor;

  PreparedMode(const Mode& mode, Bounds bounds)
      : mean(mode.mean),
        sigma(std::sqrt(mode.variance < smallest_variance ? smallest_variance : mode.variance)),
        inverse_sigma(1 / sigma),
        exponent(-log_sqrt_two_pi - log_normal_mass((bounds.low - mean) / sigma, (bounds.high - mean) / sigma)),
        factor(mode.weight / sigma) {}
};

AN_VECTORISED void add_mode_loop(const double* x, double* density, std::size_t size, const PreparedMode& mode) {
  const double mean = mode.mean;
  const double inverse_sigma = mode.inverse_sigma;
  const double exponent = mode.exponent;
  const double factor = mode.factor;
  for (std::size_t i = 0; i < size; ++i) {
    const double z = (x[i] - mean) * inverse_sigma;
    density[i] += factor * exp_of(-0.5 * (z * z) + exponent);
  }
}

// Where the exponent changes by no more than `flat` from its value at x = 0 (two thirds of the logarithmic grid), five
// terms of the exponential series are exact.
constexpr double flat = 1e-3;
AN_VECTORISED void add_flat_loop(const double* x, double* density, std::size_t size, double at_zero, double slope,
                                 double curvature) {
  for (std::size_t i = 0; i < size; ++i) {
    const double u = x[i] * (slope - curvature * x[i]);
    density[i] += at_zero + at_zero * (u * (1 + u * (1.0 / 2 + u * (1.0 / 6 + u * (1.0 / 24)))));
  }
}

// Adds the mode at the grid's first points, as far as it is flat there; returns how many these are.
std::size_t add_flat_part(std::span<const double> x, const PreparedMode& mode, std::span<double> density) {
  const double slope = mode.mean * mode.inverse_sigma * mode.inverse_sigma;
  const double curvature = 0.5 * mode.inverse_sigma * mode.inverse_sigma;
  const double at_zero = mode.factor * exp_of(-0.5 * mode.mean * slope + mode.exponent);
  if (!(x.front() > 0 && std::fabs(slope * mode.mean) < 1000)) return 0;
  const auto end =
      std::partition_point(x.begin(), x.end(), [&](double v) { return v * (std::fabs(slope) + curvature * v) < flat; });
  const auto size = static_cast<std::size_t>(end - x.begin());
  add_flat_loop(x.data(), density.data(), size, at_zero, slope, curvature);
  return size;
}

constexpr std::size_t lanes = 8;
constexpr std::size_t block_size = 16 * lanes;

// On an even grid of spacing d (in sigmas) exp(-(z + i d)²/2) = exp(-z²/2) exp(-z d)^i exp(-(i d)²/2): two exponentials
// a block.
AN_VECTORISED void add_mode_blocks(const double* x, double* density, std::size_t block_count, const PreparedMode& mode,
                                   const double* curvature, double spacing) {
  for (std::size_t block = 0; block < block_count; ++block, x += block_size, density += block_size) {
    const double z = (x[0] - mode.mean) * mode.inverse_sigma;
    const double start = mode.factor * exp_of(-0.5 * (z * z) + mode.exponent);
    const double ratio = exp_of(-z * spacing);
    double power[lanes];
    power[0] = start;
    for (std::size_t lane = 1; lane < lanes; ++lane) power[lane] = power[lane - 1] * ratio;
    const double ratio_2 = ratio * ratio;
    const double ratio_4 = ratio_2 * ratio_2;
    const double stride = ratio_4 * ratio_4;
    for (std::size_t i = 0; i < block_size; i += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        density[i + lane] += power[lane] * curvature[i + lane];
        power[lane] *= stride;
      }
  }
}

// The part of an ascending grid where the mode's density is not 0 in double precision.
struct Range {
  std::size_t first;
  std::size_t last;
};
Range support(std::span<const double> x, const PreparedMode& mode, Bounds bounds) {
  constexpr double farthest = 39;  // exp(-39²/2) is 0
  if (!(mode.mean >= bounds.low && mode.mean <= bounds.high)) return {0, x.size()};
  const auto first = std::lower_bound(x.begin(), x.end(), mode.mean - farthest * mode.sigma);
  const auto last = std::upper_bound(first, x.end(), mode.mean + farthest * mode.sigma);
  return {static_cast<std::size_t>(first - x.begin()), static_cast<std::size_t>(last - x.begin())};
}

}  // namespace

double log_normal_cdf(double x) {
  if (x > 0) return std::log1p(-0.5 * std::erfc(x / std::numbers::sqrt2));
  if (x > -30) return std::log(0.5 * std::erfc(-x / std::numbers::sqrt2));
  // Asymptotic series of the tail (Abramowitz & Stegun 26.2.12): at x = -30 its terms fall below 1e-16 after the
  // seventh.
  double sum = 1;
  double term = 1;
  for (int k = 1; k <= 8; ++k) {
    term *= -(2 * k - 1) / (x * x);
    sum += term;
  }
  return -0.5 * x * x - std::log(-x) - log_sqrt_two_pi + std::log(sum);
}

double log_normal_mass(double a, double b) {
  if (a > 0) return log_normal_mass(-b, -a);
  const auto cdf = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  if (b > 0) return std::log1p(-cdf(a) - cdf(-b));
  const double upper = log_normal_cdf(b);
  return upper + std::log1p(-std::exp(log_normal_cdf(a) - upper));
}

void add_mixture_density(std::span<const double> x, std::span<const Mode> modes, Bounds bounds,
                         std::span<double> density) {
  if (std::is_sorted(x.begin(), x.end())) return add_mixture_density_ascending(x, modes, bounds, density);
  for (const Mode& mode : modes) add_mode_loop(x.data(), density.data(), x.size(), PreparedMode(mode, bounds));
}

void add_mixture_density_ascending(std::span<const double> x, std::span<const Mode> modes, Bounds bounds,
                                   std::span<double> density) {
  for (const Mode& mode : modes) {
    const PreparedMode prepared(mode, bounds);
    auto [first, last] = support(x, prepared, bounds);
    if (first == 0 && last > 0) first = add_flat_part(x.first(last), prepared, density);
    add_mode_loop(x.data() + first, density.data() + first, last - first, prepared);
  }
}

void add_mixture_density_evenly(std::span<const double> x, std::span<const Mode> modes, Bounds bounds,
                                std::span<double> density) {
  const double step = (x.back() - x.front()) / static_cast<double>(x.size() - 1);
  for (const Mode& mode : modes) {
    const PreparedMode prepared(mode, bounds);
    const double spacing = step * prepared.inverse_sigma;
    const double farthest =
        std::max(std::fabs(bounds.low - mode.mean), std::fabs(bounds.high - mode.mean)) * prepared.inverse_sigma;
    auto [first, last] = support(x, prepared, bounds);
    // Narrow modes have few points to compute; far ones would lose their smallest values.
    if (spacing * block_size < 0.1 && std::min(farthest, 39.0) * spacing * block_size < 1 && farthest < 30) {
      std::array<double, block_size> curvature{};
      for (std::size_t i = 0; i < block_size; ++i) {
        const double z = static_cast<double>(i) * spacing;
        curvature[i] = exp_of(-0.5 * z * z);
      }
      const std::size_t block_count = (last - first) / block_size;
      add_mode_blocks(x.data() + first, density.data() + first, block_count, prepared, curvature.data(), spacing);
      first += block_count * block_size;
    }
    add_mode_loop(x.data() + first, density.data() + first, last - first, prepared);
  }
}

std::vector<double> linear_grid(double low, double high, std::size_t size) {
  std::vector<double> x(size);
  const double step = (high - low) / static_cast<double>(size - 1);
  for (std::size_t i = 0; i < size; ++i) x[i] = static_cast<double>(i) * step + low;
  x.back() = high;
  return x;
}

std::vector<double> logarithmic_grid(double low_exponent, double high_exponent, std::size_t size) {
  std::vector<double> x = linear_grid(low_exponent, high_exponent, size);
  power_of_ten_loop(x.data(), x.data(), size);
  return x;
}

}  // namespace an::evaluation
