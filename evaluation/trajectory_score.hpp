// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/labels.hpp"
#include "evaluation/changepoint_metrics.hpp"
#include "evaluation/defect.hpp"
#include "evaluation/segment_pairing.hpp"
#include "evaluation/segment_property_metrics.hpp"

namespace an::evaluation {

/// A pair of segments of a trajectory and its errors; alpha, K and states are those the errors were computed from.
struct SegmentScore {
  double alpha_true, alpha_predicted, alpha_error;
  double k_true, k_predicted, k_squared_log_error;
  std::int32_t segment_true, segment_predicted;  ///< -1 where the trajectory is missing from the submission
  std::int8_t state_true, state_predicted;       ///< -1 where it is no number
  std::int8_t same_state;
};

/// One true trajectory's part of the scores.
struct TrajectoryScore {
  double index;  ///< the trajectory's index in the reference file
  ChangePointCounts change_points;
  std::int64_t length;  ///< frames; -1 where the reference line leaves it out
  std::int32_t change_points_true, change_points_predicted;
  std::int32_t pairs;   ///< segments paired (they are listed apart)
  std::int8_t missing;  ///< 1 where the submission does not have the trajectory
};

/// Scores single trajectories; keeps its scratch memory between them.
class TrajectoryScorer {
 public:
  explicit TrajectoryScorer(Rules rules) : rules_(rules), matcher_(rules), pairing_(rules) {}

  /// Scores one trajectory, appends its segment pairs to `segments` and what is wrong with it to `defects`.
  ///
  /// A trajectory that would stop the official scorer is scored as a missing one, an infinite K as a NaN.
  /// \param prediction null where the submission does not have the trajectory
  TrajectoryScore score(const LabelRow& truth, const LabelRow* prediction, std::vector<SegmentScore>& segments,
                        std::vector<TrajectoryDefect>& defects);
  /// Of the change points matched so far.
  const ChangePointErrors& change_point_errors() const { return matcher_.errors(); }

 private:
  TrajectoryScore missing(const LabelRow& truth, std::vector<SegmentScore>& segments) const;
  bool usable(std::vector<TrajectoryDefect>& defects) const;

  Rules rules_;
  ChangePointMatcher matcher_;
  SegmentPairing pairing_;
  std::vector<std::int64_t> truth_, prediction_;
};

}  // namespace an::evaluation
