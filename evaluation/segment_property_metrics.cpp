// SPDX-License-Identifier: MIT
#include "evaluation/segment_property_metrics.hpp"

#include <cmath>

#include "evaluation/segment_pairing.hpp"

namespace an::evaluation {

namespace {
double square(double x) { return x * x; }
double floored(double k) { return k <= bounds::k_min ? bounds::k_min : k; }
}  // namespace

double bounds::msle_max() { return square(std::log1p(k_max) - std::log1p(k_min)); }

SegmentProperties cleaned(const SegmentProperties& pair) {
  SegmentProperties clean = pair;
  if (std::isnan(pair.alpha_predicted) || pair.alpha_predicted > 2 || pair.alpha_predicted < 0)
    clean.alpha_predicted = pair.alpha_true + bounds::alpha_penalty;
  clean.k_true = std::fabs(pair.k_true);
  clean.k_predicted = std::isnan(pair.k_predicted) ? clean.k_true + bounds::k_penalty : std::fabs(pair.k_predicted);
  if (pair.state_predicted > 4 || pair.state_predicted < 0) clean.state_predicted = 0;
  return clean;
}

SegmentErrors errors_of(const SegmentProperties& pair) {
  return {std::fabs(pair.alpha_true - pair.alpha_predicted),
          square(std::log1p(floored(pair.k_true)) - std::log1p(floored(pair.k_predicted))),
          truncated(pair.state_true) == truncated(pair.state_predicted)};
}

SegmentProperties missing_trajectory_pair() { return {bounds::alpha_penalty, 0, 1 + bounds::k_penalty, 1, 10, 0}; }

double capped_mae(double mean_error) { return mean_error > bounds::alpha_max ? bounds::alpha_max : mean_error; }

double capped_msle(double mean_error) { return mean_error > bounds::msle_max() ? bounds::msle_max() : mean_error; }

}  // namespace an::evaluation
