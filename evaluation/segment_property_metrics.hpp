// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "evaluation/changepoint_metrics.hpp"

namespace an::evaluation {

inline constexpr double alpha_penalty = 2;  ///< added to the true alpha where the predicted one is missing or invalid
inline constexpr double k_penalty = 1e5;    ///< added to the true K where the predicted one is NaN or missing

/// Largest mean squared log error, that of the bounds of K.
double msle_max();

/// True and predicted properties of two paired segments.
struct SegmentProperties {
  double alpha_true, alpha_predicted;
  double k_true, k_predicted;
  double state_true, state_predicted;
};

/// What one pair of segments adds to an experiment's scores.
struct SegmentErrors {
  double alpha_error;          ///< |alpha - alpha'|
  double k_squared_log_error;  ///< (ln(K + 1) - ln(K' + 1))²
  bool same_state;
};

/// Replaces values the scorer does not accept: NaN or out of [0, 2] alpha by the true one + 2; negative K by its size;
/// NaN K by the true one + 1e5; a state outside [0, 4] by 0 (immobile).
SegmentProperties cleaned(const SegmentProperties& pair);

/// The errors of a cleaned pair; K is floored at 1e-12, states are cut to integers.
SegmentErrors errors_of(const SegmentProperties& cleaned_pair);

/// The pair that stands for a trajectory the submission does not have.
SegmentProperties missing_trajectory_pair();

/// Mean absolute error of alpha from the mean of the errors: capped at 1.999.
double capped_mae(double mean_error);
/// Mean squared log error of K from the mean of the errors: capped at (log1p(1e6) - log1p(1e-12))².
double capped_msle(double mean_error);

}  // namespace an::evaluation
