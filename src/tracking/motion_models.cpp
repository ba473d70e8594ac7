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

constexpr float smallest_variance = 0.003F;  // px²; each next is twice as large
constexpr std::array<float, MotionModels::correlations> step_correlations{-0.35F, 0.0F, 0.4F, 0.75F};
constexpr float lowest_prior = 1e-4F;

// exp(x) for x <= 0 to 2e-7, 0 below -87; a polynomial of the remainder after a power of two.
inline float exp_below_zero(float x) {
  const float clipped = x < -87.0F ? -87.0F : x;
  const float power = clipped * 1.44269504F;
  const auto whole = static_cast<std::int32_t>(power - 0.5F);
  const float rest = (power - static_cast<float>(whole)) * 0.69314718F;
  const float value =
      1.0F + rest * (1.0F + rest * (0.5F + rest * (0.16666667F + rest * (0.041666667F + rest * 0.0083333333F))));
  return value * std::bit_cast<float>((whole + 127) << 23);
}

AN_VECTORISED void normal_densities(const float* variance, const float* correlation, float* out, float y, float x,
                                    float before_y, float before_x, float noise, float frames) {
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

}  // namespace

MotionModels::MotionModels() {
  for (std::size_t c = 0; c < correlations; ++c)
    for (std::size_t v = 0; v < variances; ++v) {
      variance_[c * variances + v] = smallest_variance * std::exp2(static_cast<float>(v));
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

void MotionModels::predict(Weights& weights) const {
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0F);
  const float stay = (1 - model_change) / sum;
  for (std::size_t m = 0; m < count; ++m) weights[m] = weights[m] * stay + model_change * prior_[m];
}

void MotionModels::predict_back(const Weights& in, Weights& out) const {
  float mean = 0;
  for (std::size_t m = 0; m < count; ++m) mean += prior_[m] * in[m];
  for (std::size_t m = 0; m < count; ++m) out[m] = (1 - model_change) * in[m] + model_change * mean;
}

}  // namespace an::tracking
