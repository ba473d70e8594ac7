// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
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

/// Reads the rows of one submission and track, some at a time: the pairs of trajectories that the submission has, and
/// the change points. \pre result.rows is there \throws InputError where a column is missing or rows do not belong
/// together
void for_each_pair(const ReportedResult& result, int track, const std::function<void(const ReportedPair&)>& use);
void for_each_change_point(const ReportedResult& result, int track,
                           const std::function<void(const ReportedChangePoint&)>& use);
/// How often change points were found with each error. \pre, \throws as above
evaluation::ChangePointErrors change_point_errors(const ReportedResult& result, int track);

/// A line of `segments_fov_F.csv`: intervals of 90 % and probabilities.
struct SegmentDetails {
  std::int64_t begin;
  double alpha_low, alpha_high, k_low, k_high, state_probability, change_probability;
};

/// The segments of a track's trajectories in the details. A field of view is in memory at a time.
class DetailsReader {
 public:
  DetailsReader(const std::filesystem::path& details, int track);

  /// Whether there are any.
  bool empty() const { return files_.empty(); }
  /// Those of a trajectory, in order; none where there are no details of it. Valid until the next call.
  /// \throws InputError where the file is not one that `predict` wrote
  std::span<const SegmentDetails> of(const TrajectoryName& trajectory);

 private:
  using FovName = std::pair<int, int>;  // experiment, field of view
  std::map<FovName, std::filesystem::path> files_;
  std::optional<FovName> read_;
  std::map<std::int64_t, std::vector<SegmentDetails>> segments_;  // of the field of view read, by index
};

/// `exp_E` folders of a track in the details, by number; none where there are no details.
std::map<int, std::filesystem::path> experiments_in(const std::filesystem::path& details, int track);

}  // namespace an::app
