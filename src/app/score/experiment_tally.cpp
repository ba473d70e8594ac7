// SPDX-License-Identifier: MIT
#include "app/score/experiment_tally.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace an::app {

using evaluation::SingleMetric;

namespace {

// How wrong a field of view is; NaN where nothing was paired.
double wrongness(const evaluation::SingleScores& scores) {
  const auto score = [&](SingleMetric metric) { return scores[static_cast<std::size_t>(metric)]; };
  return 1 - score(SingleMetric::jsc_cp) + 1 - score(SingleMetric::f1_state) + score(SingleMetric::mae_alpha) +
         std::sqrt(score(SingleMetric::msle_k));
}

}  // namespace

void ExperimentTally::add(FovReport&& report, const ScoreRules& rules, bool last) {
  const std::size_t fov = fovs++;
  if (event == FovEvent::none) event = report.event;
  scoring_stops |= report.scoring_stops;
  misaligned |= last ? !report.aligned_if_last : !report.aligned;
  if (!report.aligned && !misfit) misfit = {fov, report.last_index_true, report.last_index_predicted};
  sums += report.sums;
  std::ranges::transform(change_point_errors, report.change_point_errors, change_point_errors.begin(), std::plus<>());
  if (rules.keep_fov_sums) fov_sums.push_back(report.sums);
  const double wrong = wrongness(report.scores);
  if (wrong > (worst ? worst->wrongness : 0.0)) worst = {fov, wrong, report.scores};
  constexpr std::size_t most_fatal = 100;
  for (ScoreProblem& problem : report.problems) {
    if (problems.size() >= rules.listed_problems + (problem.fatal ? most_fatal : 0)) {
      ++others;
      if (problem.fatal) ++fatal_others;
      continue;
    }
    const bool gives_up = report.event == FovEvent::abort && problem.affected == all_metrics;
    problems.push_back({std::move(problem), gives_up});
  }
}

}  // namespace an::app
