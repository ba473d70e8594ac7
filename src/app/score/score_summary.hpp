// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "app/score/score_comparison.hpp"
#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// `tracks` and `problems` of summary.json for one submission.
/// \param intervals of its metrics, or null
report::Json submission_json(const ScorePlan& plan, const SubmissionScores& scores,
                             const SubmissionIntervals* intervals);

/// `scores.txt` byte for byte as the official local front end writes it.
std::string official_scores_text(const ScorePlan& plan, const SubmissionScores& scores);

}  // namespace an::app
