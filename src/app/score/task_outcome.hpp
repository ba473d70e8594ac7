// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "app/score/ensemble_item.hpp"
#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"

namespace an::app {

/// Sums of errors over an experiment's pairs, in order.
struct ErrorSums {
  double alpha_error;
  double k_squared_log_error;
};

/// What the items of a track found, for one submission.
struct TrackInput {
  std::vector<std::vector<FovReport>> by_fov;  ///< [experiment][field of view], each field of view matched on its own
  std::vector<std::vector<FovReport>> joined;  ///< the same matched by running indices; empty where that gives the same
  std::vector<EnsembleReport> ensemble;        ///< [experiment]
  std::map<std::size_t, ErrorSums> error_sums;  ///< of the experiments whose rows count

  /// The reports that count.
  const std::vector<FovReport>& reports(std::size_t experiment) const {
    return joined[experiment].empty() ? by_fov[experiment] : joined[experiment];
  }
};

/// What the items found for one submission.
struct SubmissionOutcome {
  const ScorePlan& plan;
  std::size_t submission;
  std::vector<TrackInput> inputs;  ///< [track]
};

/// Decides how each task ended, as the official scorer would (or leniently). Scores are not computed yet.
SubmissionScores decide_tasks(const SubmissionOutcome& outcome);

/// Computes the scores of the tasks that are scored, and lists all problems with what they cost.
void compute_scores(const SubmissionOutcome& outcome, SubmissionScores& scores);

}  // namespace an::app
