// SPDX-License-Identifier: MIT
#include "evaluation/challenge_score.hpp"

#include <cmath>
#include <limits>

#include "core/pairwise_sum.hpp"

namespace an::evaluation {

bool larger_is_better(std::string_view metric) { return metric == "jsc_cp" || metric == "f1_state"; }

void ScoreSums::add_pair(const SegmentScore& segment) {
  ++pairs;
  same_states += segment.same_state;
  alpha_error += segment.alpha_error;
  k_squared_log_error += segment.k_squared_log_error;
}

void ScoreSums::add(const TrajectoryScore& trajectory, std::span<const SegmentScore> segments) {
  change_points += trajectory.change_points;
  ++trajectories;
  for (const SegmentScore& segment : segments) add_pair(segment);
}

ScoreSums& ScoreSums::operator+=(const ScoreSums& other) {
  change_points += other.change_points;
  trajectories += other.trajectories;
  pairs += other.pairs;
  same_states += other.same_states;
  alpha_error += other.alpha_error;
  k_squared_log_error += other.k_squared_log_error;
  return *this;
}

ScoreSums& ScoreSums::operator-=(const ScoreSums& other) {
  change_points -= other.change_points;
  trajectories -= other.trajectories;
  pairs -= other.pairs;
  same_states -= other.same_states;
  alpha_error -= other.alpha_error;
  k_squared_log_error -= other.k_squared_log_error;
  return *this;
}

SingleScores scores_of(const ScoreSums& sums, Rules rules) {
  if (sums.trajectories == 0) {
    SingleScores undefined;
    undefined.fill(std::numeric_limits<double>::quiet_NaN());
    return undefined;
  }
  const auto pairs = static_cast<double>(sums.pairs);
  return {rmse_of(sums.change_points, rules), jsc_of(sums.change_points, rules), capped_mae(sums.alpha_error / pairs),
          capped_msle(sums.k_squared_log_error / pairs), static_cast<double>(sums.same_states) / pairs};
}

SingleScores weighted_mean(std::span<const SingleScores> experiments, std::span<const std::int64_t> trajectories,
                           Rules rules) {
  SingleScores mean{};
  std::vector<double> products, weights;
  for (std::size_t metric = 0; metric < mean.size(); ++metric) {
    products.clear();
    weights.clear();
    for (std::size_t i = 0; i < experiments.size(); ++i) {
      const double value = experiments[i][metric];
      if (rules == Rules::paper && std::isnan(value)) continue;
      products.push_back(value * static_cast<double>(trajectories[i]));
      weights.push_back(static_cast<double>(trajectories[i]));
    }
    mean[metric] = pairwise_sum(products) / pairwise_sum(weights);
  }
  return mean;
}

EnsembleScores plain_mean(std::span<const EnsembleScores> experiments) {
  EnsembleScores mean{};
  std::vector<double> values;
  for (std::size_t metric = 0; metric < mean.size(); ++metric) {
    values.clear();
    for (const EnsembleScores& experiment : experiments) values.push_back(experiment[metric]);
    mean[metric] = pairwise_sum(values) / static_cast<double>(values.size());
  }
  return mean;
}

}  // namespace an::evaluation
