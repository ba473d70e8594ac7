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

/// A change point of a trajectory: a true one with what lies on both sides of it and, where it was found, the predicted
/// one; or a predicted one that matches none.
struct ChangePointScore {
  static constexpr std::int64_t none = -1;
  std::int64_t frame_true, frame_predicted;  ///< first frame of the new segment, or none
  /// True values of the segments before and after; NaN, and lengths and states -1, without a true change point.
  double alpha_before, alpha_after, k_before, k_after;
  std::int64_t length_before, length_after;  ///< frames
  std::int32_t trajectory;                   ///< place in the field of view
  std::int8_t state_before, state_after;
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
  /// Appends the change points of the trajectory scored last, the true ones first. The submission's are left out where
  /// its line could not be used. \param place of the trajectory in its field of view
  void append_change_points(const LabelRow& truth, const TrajectoryScore& score, std::int32_t place,
                            std::vector<ChangePointScore>& change_points);
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
