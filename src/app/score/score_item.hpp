// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "app/score/score_plan.hpp"
#include "evaluation/fov_score.hpp"

namespace an::app {

/// Bits of all five metrics of the single-trajectory task.
inline constexpr std::uint8_t all_metrics = 0b11111;

/// A defect of an input file, and what the scores would lose with it.
struct ScoreProblem {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string what;
  bool fatal = false;  ///< stops the scoring, unless lenient
  /// What the defect adds to the experiment's sums: its cost is the scores with it less those without.
  evaluation::ScoreSums part;
  std::uint8_t affected = 0;                                ///< bit i: it can change metric i of single_metric_names
  double index = std::numeric_limits<double>::quiet_NaN();  ///< trajectory whose line cannot be used
};

/// How far the official scorer gets with a field of view.
enum class FovEvent : std::int8_t {
  none,   ///< it is scored
  abort,  ///< it gives up the track's task (missing file, VIPs that differ)
  stop    ///< it raises an exception
};

/// A field of view of one submission, besides its rows.
struct FovReport {
  FovEvent event = FovEvent::none;
  /// The official scorer would raise while scoring (after all the experiment's files are read).
  bool scoring_stops = false;
  bool aligned = true;          ///< matching by field of view is what running indices give, were it not the last one
  bool aligned_if_last = true;  ///< the same for the last field of view of an experiment
  double last_index_true = -1, last_index_predicted = -1;          ///< -1 without rows
  std::int64_t trajectories = 0, segments = 0, change_points = 0;  ///< rows
  evaluation::ScoreSums sums;
  evaluation::SingleScores scores{};
  evaluation::ChangePointErrors change_point_errors{};
  std::vector<ScoreProblem> problems;
};

/// A field of view of one submission: its report and its rows.
struct ScoredFov {
  FovReport report;
  std::vector<evaluation::TrajectoryScore> trajectories;
  std::vector<evaluation::SegmentScore> segments;
  std::vector<evaluation::ChangePointScore> change_points;
};

/// Scores one field of view of every submission that has its track, each field of view on its own (by index).
/// The result has one entry a submission; those without the track stay empty.
std::vector<ScoredFov> score_fov_item(const ScorePlan& plan, const FovPlace& place);

/// Scores an experiment of one submission as the official scorer joins its fields of view, by running indices, and
/// hands over each field of view in order. For experiments whose indices do not line up; \pre all its files can be
/// read. Memory: the indices of the experiment and the labels of a few fields of view.
void score_experiment_item(const ScorePlan& plan, std::size_t submission, std::size_t track, std::size_t experiment,
                           const std::function<void(std::size_t fov, ScoredFov&&)>& take);

std::vector<std::byte> packed(const FovReport& report);
FovReport unpacked_report(std::span<const std::byte> bytes);

}  // namespace an::app
