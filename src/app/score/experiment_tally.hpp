// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "app/score/score_item.hpp"
#include "app/score/score_plan.hpp"

namespace an::app {

/// A defect to be listed.
struct TalliedProblem {
  ScoreProblem problem;
  bool gives_up;  ///< the official scorer gives up the task for it
};

/// The field of view with the worst scores of its experiment.
struct WorstOfExperiment {
  std::size_t fov;
  double wrongness;
  evaluation::SingleScores scores;
};

/// Where running indices first differ from those of a field of view on its own, and the last index on each side.
struct IndexMisfit {
  std::size_t fov;
  double last_index_true, last_index_predicted;  ///< -1 without rows
};

/// What the fields of view of an experiment come to for one submission: as much memory for any number of them, but for
/// their sums where these are asked for.
struct ExperimentTally {
  std::size_t fovs = 0;               ///< added so far
  FovEvent event = FovEvent::none;    ///< of the first field of view that is not scored
  bool scoring_stops = false;         ///< in any
  bool misaligned = false;            ///< running indices would join the fields of view in another way
  std::optional<IndexMisfit> misfit;  ///< the first one
  evaluation::ScoreSums sums;
  evaluation::ChangePointErrors change_point_errors{};
  std::vector<evaluation::ScoreSums> fov_sums;  ///< of each field of view, where the rules ask for them
  std::optional<WorstOfExperiment> worst;       ///< of those with anything wrong
  std::vector<TalliedProblem> problems;         ///< the first ones, as many as the rules list, and fatal ones
  std::size_t others = 0, fatal_others = 0;     ///< problems that are not kept; how many of them are fatal

  /// Adds the next field of view. \param last whether it is the experiment's last one
  void add(FovReport&& report, const ScoreRules& rules, bool last);
};

}  // namespace an::app
