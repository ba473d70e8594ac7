// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <optional>
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
  std::vector<ExperimentTally> by_fov;                 ///< [experiment], each field of view matched on its own
  std::vector<std::optional<ExperimentTally>> joined;  ///< matched by running indices; none where that gives the same
  std::vector<EnsembleReport> ensemble;                ///< [experiment]
  std::map<std::size_t, ErrorSums> error_sums;         ///< of the experiments whose rows count

  /// The tally that counts.
  const ExperimentTally& tally(std::size_t experiment) const {
    return joined[experiment] ? *joined[experiment] : by_fov[experiment];
  }
};

/// What the items found for one submission.
struct SubmissionOutcome {
  const ScorePlan& plan;
  std::size_t submission;
  std::vector<TrackInput> inputs;  ///< [track]
};

/// Decides how each task ended, as the official scorer would (or leniently), and whether it stops. Scores are not
/// computed yet.
SubmissionScores decide_tasks(const SubmissionOutcome& outcome);

/// Computes the scores of the tasks that are scored, and lists all problems with what they cost.
void compute_scores(const SubmissionOutcome& outcome, SubmissionScores& scores);

}  // namespace an::app
