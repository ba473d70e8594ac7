// SPDX-License-Identifier: MIT
#include "evaluation/segment_property_metrics.hpp"

#include <cmath>

#include "core/bounds.hpp"
#include "evaluation/segment_pairing.hpp"

namespace an::evaluation {

namespace {
double square(double x) { return x * x; }
double floored(double k) { return k <= k_bounds.low ? k_bounds.low : k; }
}  // namespace

double msle_max() { return square(std::log1p(k_bounds.high) - std::log1p(k_bounds.low)); }

SegmentProperties cleaned(const SegmentProperties& pair) {
  SegmentProperties clean = pair;
  if (std::isnan(pair.alpha_predicted) || pair.alpha_predicted > 2 || pair.alpha_predicted < 0)
    clean.alpha_predicted = pair.alpha_true + alpha_penalty;
  clean.k_true = std::fabs(pair.k_true);
  clean.k_predicted = std::isnan(pair.k_predicted) ? clean.k_true + k_penalty : std::fabs(pair.k_predicted);
  if (pair.state_predicted > 4 || pair.state_predicted < 0) clean.state_predicted = 0;
  return clean;
}

SegmentErrors errors_of(const SegmentProperties& pair) {
  return {std::fabs(pair.alpha_true - pair.alpha_predicted),
          square(std::log1p(floored(pair.k_true)) - std::log1p(floored(pair.k_predicted))),
          truncated(pair.state_true) == truncated(pair.state_predicted)};
}

SegmentProperties missing_trajectory_pair() { return {alpha_penalty, 0, 1 + k_penalty, 1, 10, 0}; }

double capped_mae(double mean_error) { return mean_error > alpha_bounds.high ? alpha_bounds.high : mean_error; }

double capped_msle(double mean_error) { return mean_error > msle_max() ? msle_max() : mean_error; }

}  // namespace an::evaluation
