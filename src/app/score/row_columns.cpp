// SPDX-License-Identifier: MIT
#include "app/score/row_columns.hpp"

#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <type_traits>

#include "core/error.hpp"

namespace an::app {

using evaluation::ChangePointScore;
using evaluation::SegmentScore;
using evaluation::TrajectoryScore;

namespace {

// Columns, one after the other. The order of the calls is that of result_layout's columns.
class ColumnBytes {
 public:
  // A column of value(row) for every row.
  template <class Row, class Value>
  void put(const std::vector<Row>& rows, const Value& value) {
    using T = std::remove_cvref_t<std::invoke_result_t<Value, const Row&>>;
    std::byte* to = grow(rows.size() * sizeof(T));
    for (const Row& row : rows) {
      const T number = std::invoke(value, row);
      std::memcpy(to, &number, sizeof number);
      to += sizeof number;
    }
  }
  // A column of one value.
  template <class T>
  void put_all(std::size_t rows, const T& value) {
    std::byte* to = grow(rows * sizeof value);
    for (std::size_t row = 0; row < rows; ++row, to += sizeof value) std::memcpy(to, &value, sizeof value);
  }
  std::size_t size() const { return bytes_.size(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::byte* grow(std::size_t more) {
    bytes_.resize(bytes_.size() + more);
    return bytes_.data() + bytes_.size() - more;
  }
  std::vector<std::byte> bytes_;
};

}  // namespace

RowColumns row_columns(const ScorePlan& plan, std::size_t submission, const FovPlace& place, const ScoredFov& fov) {
  ColumnBytes columns;
  const auto put_place = [&](std::size_t rows) {
    columns.put_all(rows, static_cast<std::int32_t>(submission));
    columns.put_all(rows, static_cast<std::int8_t>(plan.tracks[place.track].number));
    columns.put_all(rows, static_cast<std::int32_t>(plan.experiment(place).number));
    columns.put_all(rows, static_cast<std::int32_t>(place.fov));
  };

  put_place(1);
  columns.put_all(1, fov.report.trajectories);
  columns.put_all(1, fov.report.segments);
  for (const double score : fov.report.scores) columns.put_all(1, score);

  put_place(fov.trajectories.size());
  const auto put_trajectories = [&](const auto& value) { columns.put(fov.trajectories, value); };
  const auto put_count = [&](std::int64_t evaluation::ChangePointCounts::*count) {
    put_trajectories([=](const TrajectoryScore& row) { return static_cast<std::int32_t>(row.change_points.*count); });
  };
  put_trajectories(&TrajectoryScore::index);
  put_trajectories(&TrajectoryScore::length);
  put_trajectories(&TrajectoryScore::change_points_true);
  put_trajectories(&TrajectoryScore::change_points_predicted);
  put_count(&evaluation::ChangePointCounts::true_positives);
  put_count(&evaluation::ChangePointCounts::false_positives);
  put_count(&evaluation::ChangePointCounts::false_negatives);
  put_trajectories([](const TrajectoryScore& row) { return row.change_points.sum_squares; });
  put_trajectories(&TrajectoryScore::pairs);
  put_trajectories(&TrajectoryScore::missing);

  std::vector<std::int64_t> trajectory_of_segment;
  trajectory_of_segment.reserve(fov.segments.size());
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i)
    trajectory_of_segment.insert(trajectory_of_segment.end(), static_cast<std::size_t>(fov.trajectories[i].pairs),
                                 static_cast<std::int64_t>(i));
  AN_ASSERT(trajectory_of_segment.size() == fov.segments.size());
  columns.put(trajectory_of_segment, std::identity());
  const auto put_segments = [&](const auto& value) { columns.put(fov.segments, value); };
  put_segments(&SegmentScore::segment_true);
  put_segments(&SegmentScore::segment_predicted);
  put_segments(&SegmentScore::alpha_true);
  put_segments(&SegmentScore::alpha_predicted);
  const std::size_t alpha_errors = columns.size();
  put_segments(&SegmentScore::alpha_error);
  put_segments(&SegmentScore::k_true);
  put_segments(&SegmentScore::k_predicted);
  const std::size_t k_errors = columns.size();
  put_segments(&SegmentScore::k_squared_log_error);
  put_segments(&SegmentScore::state_true);
  put_segments(&SegmentScore::state_predicted);

  const auto put_change_points = [&](const auto& value) { columns.put(fov.change_points, value); };
  put_change_points([](const ChangePointScore& row) { return std::int64_t{row.trajectory}; });
  put_change_points(&ChangePointScore::frame_true);
  put_change_points(&ChangePointScore::frame_predicted);
  put_change_points(&ChangePointScore::alpha_before);
  put_change_points(&ChangePointScore::alpha_after);
  put_change_points(&ChangePointScore::k_before);
  put_change_points(&ChangePointScore::k_after);
  put_change_points(&ChangePointScore::state_before);
  put_change_points(&ChangePointScore::state_after);
  put_change_points(&ChangePointScore::length_before);
  put_change_points(&ChangePointScore::length_after);
  return {columns.take(), alpha_errors, k_errors};
}

}  // namespace an::app
