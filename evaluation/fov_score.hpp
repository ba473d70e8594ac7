// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/labels.hpp"
#include "evaluation/challenge_score.hpp"
#include "evaluation/defect.hpp"
#include "evaluation/trajectory_score.hpp"

namespace an::evaluation {

/// A reference line and the submitted line it is scored against.
struct RowPair {
  LabelRow truth;
  std::optional<LabelRow> prediction;
  std::size_t truth_line = 0;                     ///< 1-based line of the reference file
  std::size_t prediction_line = 0;                ///< 1-based line of the submitted file, 0 if there is none
  std::size_t truth_fov = 0, prediction_fov = 0;  ///< whose lines these are, where fields of view are joined
};

/// A defect of a trajectory in its field of view.
struct FovDefect {
  TrajectoryDefect defect;
  double index;           ///< the trajectory's index in the reference
  std::size_t fov, line;  ///< the line at fault, of the reference or of the submission, see RowPair
  ScoreSums part;         ///< what the defective trajectory (or segment pair) adds to the sums
};

/// The scores of a field of view.
struct FovScore {
  std::vector<TrajectoryScore> trajectories;
  std::vector<SegmentScore> segments;           ///< of all trajectories, in order
  std::vector<ChangePointScore> change_points;  ///< of all trajectories, in order
  std::vector<FovDefect> defects;
  ChangePointErrors change_point_errors;
  ScoreSums sums;
  SingleScores scores;  ///< of this field of view alone
};

/// Pairs the rows of a field of view by index, in order of the reference's indices; of equal indices the first counts.
std::vector<RowPair> pair_by_index(const LabelTable& truth, const LabelTable& prediction);

/// Scores a field of view.
FovScore score_fov(std::span<const RowPair> rows, Rules rules);

}  // namespace an::evaluation
