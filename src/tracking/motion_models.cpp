// SPDX-License-Identifier: MIT
#include "tracking/motion_models.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "core/vectorised.hpp"

namespace an::tracking {

namespace {

constexpr float smallest_variance = 0.003F;  // px²
constexpr float variance_ratio = 2.5F;       // of each to the one before
constexpr std::array<float, MotionModels::correlations> step_correlations{-0.35F, 0.0F, 0.4F, 0.75F};
constexpr float lowest_prior = 1e-4F;
constexpr std::size_t lanes = 16;  // sums are kept in as many parts, whatever the machine
static_assert(MotionModels::count % lanes == 0);

// exp(x) for -1e8 < x <= 0, to 3e-6; about 1e-38 below -87. A polynomial of what is left of a power of two.
inline float exp_below_zero(float x) {
  constexpr float rounder = 12582912.0F;  // 1.5 * 2^23
  const float rounded = x * 1.44269504F + rounder;
  const float rest = x * 1.44269504F - (rounded - rounder);
  const float t = rest * 0.69314718F;
  const float value = 1.0F + t * (1.0F + t * (0.5F + t * (0.16666667F + t * (0.041666667F + t * 0.0083333333F))));
  const std::int32_t power = std::bit_cast<std::int32_t>(rounded) - std::bit_cast<std::int32_t>(rounder);
  return value * std::bit_cast<float>((std::max(power, -126) + 127) << 23);
}

AN_VECTORISED void normal_densities(const float* variance, const float* correlation, float* __restrict out, float y,
                                    float x, float before_y, float before_x, float noise, float frames) {
  constexpr float two_pi = 6.2831853F;
  for (std::size_t m = 0; m < MotionModels::count; ++m) {
    const float rho = correlation[m];
    const float off_y = y - rho * before_y;
    const float off_x = x - rho * before_x;
    const float spread = variance[m] * frames * (1 - rho * rho) + noise;
    const float inverse = 1 / spread;
    out[m] = exp_below_zero(-0.5F * (off_y * off_y + off_x * off_x) * inverse) * inverse * (1 / two_pi);
  }
}

AN_VECTORISED float sum_of_products(const float* a, const float* b) {
  std::array<float, lanes> sums{};
  for (std::size_t m = 0; m < MotionModels::count; m += lanes)
    for (std::size_t i = 0; i < lanes; ++i) sums[i] += a[m + i] * b[m + i];
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

AN_VECTORISED float sum_of_products(const float* a, const float* b, const float* c) {
  std::array<float, lanes> sums{};
  for (std::size_t m = 0; m < MotionModels::count; m += lanes)
    for (std::size_t i = 0; i < lanes; ++i) sums[i] += a[m + i] * b[m + i] * c[m + i];
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

}  // namespace

MotionModels::MotionModels() {
  for (std::size_t c = 0; c < correlations; ++c)
    for (std::size_t v = 0; v < variances; ++v) {
      variance_[c * variances + v] = smallest_variance * std::pow(variance_ratio, static_cast<float>(v));
      correlation_[c * variances + v] = step_correlations[c];
    }
  prior_.fill(1.0F / count);
}

void MotionModels::set_prior(const Weights& weights) {
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0F);
  if (!(sum > 0)) return;
  for (std::size_t m = 0; m < count; ++m)
    prior_[m] = (weights[m] / sum + lowest_prior) / (1 + lowest_prior * static_cast<float>(count));
}

void MotionModels::densities(const Step& step, const Step& before, float noise, int frames, Weights& out) const {
  // After a gap the step before tells nothing of what happened inside.
  const bool follows = before.known && frames == 1;
  static constexpr Weights uncorrelated{};
  normal_densities(variance_.data(), follows ? correlation_.data() : uncorrelated.data(), out.data(), step.y, step.x,
                   before.y, before.x, noise, static_cast<float>(frames));
}

float MotionModels::expectation(const Weights& a, const Weights& b) { return sum_of_products(a.data(), b.data()); }

float MotionModels::expectation(const Weights& a, const Weights& b, const Weights& c) {
  return sum_of_products(a.data(), b.data(), c.data());
}

void MotionModels::predict(Weights& weights) const {
  static constexpr Weights ones = [] {
    Weights all{};
    all.fill(1);
    return all;
  }();
  const float stay = (1 - model_change) / expectation(weights, ones);
  for (std::size_t m = 0; m < count; ++m) weights[m] = weights[m] * stay + model_change * prior_[m];
}

void MotionModels::predict_back(const Weights& in, Weights& out) const {
  const float mean = model_change * expectation(prior_, in);
  for (std::size_t m = 0; m < count; ++m) out[m] = (1 - model_change) * in[m] + mean;
}

}  // namespace an::tracking
