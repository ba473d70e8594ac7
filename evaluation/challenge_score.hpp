// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/bounds.hpp"
#include "evaluation/changepoint_metrics.hpp"
#include "evaluation/trajectory_score.hpp"

namespace an::evaluation {

/// The five metrics of the single-trajectory task, in the order of every table.
enum class SingleMetric { rmse_cp, jsc_cp, mae_alpha, msle_k, f1_state };
inline constexpr std::array<std::string_view, 5> single_metric_names{"rmse_cp", "jsc_cp", "mae_alpha", "msle_k",
                                                                     "f1_state"};
using SingleScores = std::array<double, 5>;

/// The two metrics of the ensemble task.
inline constexpr std::array<std::string_view, 2> ensemble_metric_names{"w1_alpha", "w1_k"};
using EnsembleScores = std::array<double, 2>;

/// Whether a larger value of the metric is the better one.
bool larger_is_better(std::string_view metric);

/// Additive statistics of a set of trajectories (a trajectory, a field of view, an experiment).
struct ScoreSums {
  ChangePointCounts change_points;
  std::int64_t trajectories = 0;
  std::int64_t pairs = 0;
  std::int64_t same_states = 0;
  double alpha_error = 0;          ///< sum of |alpha - alpha'|
  double k_squared_log_error = 0;  ///< sum of squared log errors

  void add(const TrajectoryScore& trajectory, std::span<const SegmentScore> segments);
  void add_pair(const SegmentScore& segment);
  ScoreSums& operator+=(const ScoreSums& other);
  ScoreSums& operator-=(const ScoreSums& other);
};

/// The metrics of one experiment: JSC, RMSE, MAE (capped at 1.999), MSLE (capped) and micro-averaged F1, which is the
/// fraction of paired segments with the right state. NaN where there is no pair.
SingleScores scores_of(const ScoreSums& sums, Rules rules);

/// Mean over experiments weighted by their trajectories, rounded as numpy's `average` rounds it. Experiments where a
/// metric is undefined (NaN) are left out of that metric's mean under Rules::paper; the official rules pass NaN on.
SingleScores weighted_mean(std::span<const SingleScores> experiments, std::span<const std::int64_t> trajectories,
                           Rules rules);

/// Plain mean over experiments, rounded as numpy's `mean`.
EnsembleScores plain_mean(std::span<const EnsembleScores> experiments);

/// What the official scorer gives a track's single-trajectory task when a file is missing or the VIPs do not agree.
inline constexpr SingleScores aborted_single_task{10, 0, 2, 1e5, 0};
/// What it gives an ensemble task of which any experiment cannot be scored.
inline constexpr EnsembleScores aborted_ensemble_task{alpha_bounds.high, k_bounds.high};

}  // namespace an::evaluation
