// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "app/score/score_comparison.hpp"
#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"

namespace an::app {

/// A table a track of one submission: an experiment a row, the average below, the best value of each metric in bold.
std::string experiment_tables(const ScorePlan& plan, const SubmissionScores& scores, bool ansi);

/// The intervals of the averages, a metric a line.
std::string interval_text(const ScorePlan& plan, const SubmissionScores& scores, const SubmissionIntervals& intervals,
                          double confidence);

/// A table a task: the submissions by mean reciprocal rank, each metric with its rank, the best in bold.
std::string leaderboard_text(const ScorePlan& plan, const std::vector<TaskRanking>& rankings, bool ansi);

/// The first problems of a submission, a line each.
std::string problem_text(const SubmissionScores& scores, std::size_t most);

}  // namespace an::app
