// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <tuple>
#include <vector>

#include "app/report/report_source.hpp"
#include "evaluation/changepoint_metrics.hpp"
#include "report/figures.hpp"

namespace an::app {

/// Names a trajectory of a track: experiment, field of view, index.
using TrajectoryName = std::tuple<int, int, std::int64_t>;

/// A pair of segments of `results.h5`.
struct ReportedPair {
  TrajectoryName trajectory;
  int segment_predicted;
  double alpha_true, alpha_predicted, k_true, k_predicted;
  int state_true, state_predicted;
};

/// A change point of `results.h5`; frames are -1 where there is no such one.
struct ReportedChangePoint {
  TrajectoryName trajectory;
  std::int64_t frame_true, frame_predicted;
  double alpha_before, alpha_after, k_before, k_after;
  std::int64_t length_before, length_after;
  int state_before, state_after;
};

/// Rows of one submission and track.
struct ReportedRows {
  std::vector<ReportedPair> pairs;  ///< of trajectories that the submission has
  std::vector<ReportedChangePoint> change_points;
  evaluation::ChangePointErrors errors{};
};

/// \pre result.rows is there \throws InputError where a column is missing
ReportedRows read_rows(const ReportedResult& result, int track);

/// A line of `segments_fov_F.csv`: intervals of 90 % and probabilities.
struct SegmentDetails {
  std::int64_t begin;
  double alpha_low, alpha_high, k_low, k_high, state_probability, change_probability;
};

/// The segments of every trajectory of a track, in order; empty where there are no details.
/// \throws InputError where a file is not one that `predict` wrote
std::map<TrajectoryName, std::vector<SegmentDetails>> read_segment_details(const std::filesystem::path& details,
                                                                           int track);

/// `exp_E` folders of a track in the details, by number; none where there are no details.
std::map<int, std::filesystem::path> experiments_in(const std::filesystem::path& details, int track);

}  // namespace an::app
