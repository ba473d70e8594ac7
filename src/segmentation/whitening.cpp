// SPDX-License-Identifier: MIT
#include "segmentation/whitening.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace an::segmentation {

std::vector<double> displacement_covariance(double alpha, double k, double noise, std::size_t lags) {
  std::vector<double> covariance(lags);
  const auto power = [alpha](double lag) { return lag == 0 ? 0.0 : std::pow(lag, alpha); };
  for (std::size_t lag = 0; lag < lags; ++lag) {
    const auto l = static_cast<double>(lag);
    covariance[lag] = k * (power(l + 1) - 2 * power(l) + power(std::abs(l - 1)));
  }
  covariance[0] += 2 * noise * noise;
  if (lags > 1) covariance[1] -= noise * noise;
  return covariance;
}

Whitening whiten(std::span<const double> covariance) {
  const std::size_t order = covariance.size() - 1;
  Whitening out{std::vector<double>(order), std::vector<double>(order + 1)};
  std::vector<double> coefficient(order + 1);
  std::vector<double> before;
  double variance = covariance[0];
  out.variance[0] = variance;
  for (std::size_t m = 1; m <= order; ++m) {
    double sum = covariance[m];
    for (std::size_t i = 1; i < m; ++i) sum -= coefficient[i] * covariance[m - i];
    const double kappa = sum / variance;
    before = coefficient;
    coefficient[m] = kappa;
    for (std::size_t i = 1; i < m; ++i) coefficient[i] = before[i] - kappa * before[m - i];
    variance *= 1 - kappa * kappa;
    out.reflection[m - 1] = kappa;
    out.variance[m] = variance;
  }
  return out;
}

std::vector<double> predicted_log_likelihoods(std::span<const float> dx, std::span<const float> dy,
                                              const Whitening& whitening, double surprise) {
  std::vector<double> out;
  std::size_t known = 0;  // displacements to predict from
  const std::size_t order = whitening.reflection.size();
  std::vector<double> backward_x(order + 1);
  std::vector<double> backward_y(order + 1);
  for (std::size_t t = 0; t < dx.size(); ++t) {
    double forward_x = static_cast<double>(dx[t]);
    double forward_y = static_cast<double>(dy[t]);
    double carry_x = forward_x;
    double carry_y = forward_y;
    const std::size_t last = std::min(known, order);
    for (std::size_t m = 0; m < last; ++m) {
      const double kappa = whitening.reflection[m];
      const double before_x = std::exchange(backward_x[m], carry_x);
      const double before_y = std::exchange(backward_y[m], carry_y);
      carry_x = before_x - kappa * forward_x;
      carry_y = before_y - kappa * forward_y;
      forward_x -= kappa * before_x;
      forward_y -= kappa * before_y;
    }
    backward_x[last] = carry_x;
    backward_y[last] = carry_y;
    const double variance = whitening.variance[last];
    const double deviation = (forward_x * forward_x + forward_y * forward_y) / variance;
    out.push_back(-std::log(2 * std::numbers::pi * variance) - 0.5 * deviation);
    known = deviation > surprise ? 0 : known + 1;
  }
  return out;
}

}  // namespace an::segmentation
