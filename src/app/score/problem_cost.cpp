// SPDX-License-Identifier: MIT
#include "app/score/problem_cost.hpp"

#include <fmt/format.h>

#include <cmath>

namespace an::app {

using evaluation::ScoreSums;
using evaluation::SingleScores;

namespace {

template <class Names, class Scores>
std::string differences(const Names& names, const Scores& with, const Scores& without, unsigned affected) {
  constexpr double rounding = 1e-13;
  std::string text;
  for (std::size_t m = 0; m < names.size(); ++m) {
    const double change = with[m] - without[m];
    if ((affected >> m & 1U) == 0 || std::isnan(change) || std::fabs(change) <= rounding * std::fabs(with[m])) continue;
    text += fmt::format("{}{} {:+.3g}", text.empty() ? "" : ", ", names[m], change);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

SingleTaskCost::SingleTaskCost(std::vector<ScoreSums> experiments, evaluation::Rules rules)
    : sums_(std::move(experiments)), rules_(rules) {
  for (const ScoreSums& sums : sums_) {
    scores_.push_back(evaluation::scores_of(sums, rules_));
    trajectories_.push_back(sums.trajectories);
  }
  if (!sums_.empty()) global_ = global_with(0, sums_[0]);
}

SingleScores SingleTaskCost::global_with(std::size_t experiment, const ScoreSums& sums) const {
  std::vector<SingleScores> scores;
  std::vector<std::int64_t> trajectories;
  for (std::size_t e = 0; e < scores_.size(); ++e) {
    const bool replaced = e == experiment;
    const std::int64_t count = replaced ? sums.trajectories : trajectories_[e];
    if (count == 0) continue;
    scores.push_back(replaced ? evaluation::scores_of(sums, rules_) : scores_[e]);
    trajectories.push_back(count);
  }
  return evaluation::weighted_mean(scores, trajectories, rules_);
}

std::string SingleTaskCost::of(std::size_t experiment, const ScoreSums& part, std::uint8_t affected) const {
  if (affected == 0) return "none";
  ScoreSums without = sums_[experiment];
  without -= part;
  return differences(evaluation::single_metric_names, global_, global_with(experiment, without), affected);
}

std::string SingleTaskCost::of_other_sums(std::size_t experiment, const ScoreSums& sums) const {
  return differences(evaluation::single_metric_names, global_with(experiment, sums), global_, ~0U);
}

std::string SingleTaskCost::against(const SingleScores& scores) const {
  return differences(evaluation::single_metric_names, scores, global_, ~0U);
}

std::string ensemble_cost(const evaluation::EnsembleScores& task, std::span<const evaluation::EnsembleScores> scored) {
  if (scored.empty()) return "the whole ensemble task";
  return differences(evaluation::ensemble_metric_names, task, evaluation::plain_mean(scored), ~0U);
}

}  // namespace an::app
