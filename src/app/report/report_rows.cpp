// SPDX-License-Identifier: MIT
#include "app/report/report_rows.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "app/predict/prediction_files.hpp"
#include "app/predict/prediction_plan.hpp"
#include "core/error.hpp"
#include "evaluation/segment_pairing.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"

namespace an::app {

namespace fs = std::filesystem;
using evaluation::truncated;

namespace {

// Columns of a group, which must be of one length.
class Columns {
 public:
  Columns(const io::ArrayReader& file, const std::string& group) : file_(file), group_(group) {}

  std::vector<double> operator[](const char* name) {
    std::vector<double> column = file_.doubles(fmt::format("{}/{}", group_, name));
    if (!rows_) rows_ = column.size();
    if (column.size() != *rows_)
      throw InputError(file_.path(),
                       fmt::format("{}/{} has {} rows (expected {})", group_, name, column.size(), *rows_));
    return column;
  }

 private:
  const io::ArrayReader& file_;
  std::string group_;
  std::optional<std::size_t> rows_;
};

int whole(double value) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp(truncated(value), -most, most));
}

// The trajectories of `results.h5`, and which of them count.
class Trajectories {
 public:
  Trajectories(const ReportedResult& result, int track) : file_(result.rows->path()) {
    Columns columns(*result.rows, "/trajectories");
    submission_ = columns["submission"];
    track_ = columns["track"];
    experiment_ = columns["experiment"];
    fov_ = columns["fov"];
    index_ = columns["index"];
    wanted_submission_ = result.submission;
    wanted_track_ = track;
  }

  /// The name of a row's trajectory, if it counts.
  std::optional<TrajectoryName> name(double row) const {
    if (!(row >= 0 && row < static_cast<double>(index_.size())))
      throw InputError(file_, fmt::format("there is no row {} of /trajectories", row));
    const auto i = static_cast<std::size_t>(row);
    if (submission_[i] != wanted_submission_ || track_[i] != wanted_track_) return {};
    return TrajectoryName{whole(experiment_[i]), whole(fov_[i]), truncated(index_[i])};
  }

 private:
  fs::path file_;
  std::vector<double> submission_, track_, experiment_, fov_, index_;
  int wanted_submission_, wanted_track_;
};

void read_pairs(const ReportedResult& result, const Trajectories& trajectories, ReportedRows& rows) {
  Columns columns(*result.rows, "/segments");
  const auto trajectory = columns["trajectory"], segment = columns["segment_predicted"],
             alpha_true = columns["alpha_true"], alpha = columns["alpha_predicted"], k_true = columns["k_true"],
             k = columns["k_predicted"], state_true = columns["state_true"], state = columns["state_predicted"];
  for (std::size_t i = 0; i < trajectory.size(); ++i) {
    const auto name = trajectories.name(trajectory[i]);
    if (name && segment[i] >= 0)
      rows.pairs.push_back(
          {*name, whole(segment[i]), alpha_true[i], alpha[i], k_true[i], k[i], whole(state_true[i]), whole(state[i])});
  }
}

void read_change_points(const ReportedResult& result, const Trajectories& trajectories, ReportedRows& rows) {
  Columns columns(*result.rows, "/change_points");
  const auto trajectory = columns["trajectory"], frame_true = columns["frame_true"],
             frame_predicted = columns["frame_predicted"], alpha_before = columns["alpha_before"],
             alpha_after = columns["alpha_after"], k_before = columns["k_before"], k_after = columns["k_after"],
             length_before = columns["length_before"], length_after = columns["length_after"],
             state_before = columns["state_before"], state_after = columns["state_after"];
  for (std::size_t i = 0; i < trajectory.size(); ++i)
    if (const auto name = trajectories.name(trajectory[i]))
      rows.change_points.push_back({*name, truncated(frame_true[i]), truncated(frame_predicted[i]), alpha_before[i],
                                    alpha_after[i], k_before[i], k_after[i], truncated(length_before[i]),
                                    truncated(length_after[i]), whole(state_before[i]), whole(state_after[i])});
}

void read_errors(const ReportedResult& result, int track, ReportedRows& rows) {
  Columns columns(*result.rows, "/change_point_errors");
  const auto submission = columns["submission"], of_track = columns["track"], error = columns["error"],
             count = columns["change_points"];
  constexpr std::int64_t middle = evaluation::changepoint_threshold - 1;
  constexpr double most_counted = 1e15;
  for (std::size_t i = 0; i < error.size(); ++i)
    if (submission[i] == result.submission && of_track[i] == track) {
      if (!(std::abs(error[i]) <= middle && count[i] >= 0 && count[i] <= most_counted))
        throw InputError(result.rows->path(),
                         fmt::format("/change_point_errors: {} errors of {} frames (expected -{} to {} frames)",
                                     count[i], error[i], middle, middle));
      rows.errors[static_cast<std::size_t>(static_cast<std::int64_t>(error[i]) + middle)] +=
          static_cast<std::int64_t>(count[i]);
    }
}

// Numbers of a line that commas part; false where it has others than so many.
template <std::size_t count>
bool read_line(std::string_view line, std::array<double, count>& numbers) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), numbers[i]);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (error != std::errc() || (i + 1 < count ? !line.starts_with(',') : !line.empty())) return false;
    if (i + 1 < count) line.remove_prefix(1);
  }
  return true;
}

void read_details_file(const fs::path& file, int experiment, int fov,
                       std::map<TrajectoryName, std::vector<SegmentDetails>>& all) {
  const std::string text = io::read_text_file(file);
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = io::take_line(rest);
    std::array<double, 12> n{};
    if (number == 1 ? line != segments_header : !read_line(line, n))
      throw InputError(
          {InputProblem{file, number, 0, fmt::format("is not a line of segments (expected {})", segments_header)}});
    if (number > 1)
      all[{experiment, fov, truncated(n[0])}].push_back({truncated(n[1]), n[4], n[5], n[7], n[8], n[10], n[11]});
  }
}

}  // namespace

ReportedRows read_rows(const ReportedResult& result, int track) {
  const Trajectories trajectories(result, track);
  ReportedRows rows;
  read_pairs(result, trajectories, rows);
  read_change_points(result, trajectories, rows);
  read_errors(result, track, rows);
  return rows;
}

std::map<int, fs::path> experiments_in(const fs::path& details, int track) {
  std::map<int, fs::path> folders;
  const fs::path all = details / fmt::format("track_{}", track);
  if (!fs::is_directory(all)) return folders;
  for (const auto& entry : fs::directory_iterator(all))
    if (const std::optional<int> number = number_in(entry.path().filename().string(), "exp_", ""))
      folders[*number] = entry.path();
  return folders;
}

std::map<TrajectoryName, std::vector<SegmentDetails>> read_segment_details(const fs::path& details, int track) {
  std::map<TrajectoryName, std::vector<SegmentDetails>> all;
  for (const auto& [experiment, folder] : experiments_in(details, track))
    for (const auto& entry : fs::directory_iterator(folder))
      if (const std::optional<int> fov = number_in(entry.path().filename().string(), "segments_fov_", ".csv"))
        read_details_file(entry.path(), experiment, *fov, all);
  return all;
}

}  // namespace an::app
