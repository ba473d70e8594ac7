// SPDX-License-Identifier: MIT
#include "app/report/report_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "app/predict/prediction_files.hpp"
#include "core/error.hpp"
#include "evaluation/segment_pairing.hpp"
#include "io/benchmark_tree.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"

namespace an::app {

namespace fs = std::filesystem;
using evaluation::truncated;

namespace {

constexpr std::uint64_t rows_at_a_time = std::uint64_t{1} << 18;

template <std::size_t count>
using Columns = std::array<std::vector<double>, count>;

// Columns of a group, which must be of one length: some rows of them.
template <std::size_t count>
Columns<count> some_rows(const io::ArrayReader& file, const std::string& group,
                         const std::array<const char*, count>& names, std::uint64_t first, std::uint64_t rows) {
  Columns<count> columns;
  for (std::size_t i = 0; i < count; ++i) columns[i] = file.doubles(fmt::format("{}/{}", group, names[i]), first, rows);
  return columns;
}

template <std::size_t count>
std::uint64_t row_count(const io::ArrayReader& file, const std::string& group,
                        const std::array<const char*, count>& names) {
  const auto rows = file.shape(fmt::format("{}/{}", group, names[0]));
  for (const char* name : names)
    if (const auto found = file.shape(fmt::format("{}/{}", group, name)); found.size() != 1 || found != rows)
      throw InputError(file.path(), fmt::format("{}/{} has rows of shape {} (expected {})", group, name, found, rows));
  return rows[0];
}

// Calls `use` with the columns of the next rows, until all were there.
template <std::size_t count, class Use>
void in_parts(const io::ArrayReader& file, const std::string& group, const std::array<const char*, count>& names,
              const Use& use) {
  const std::uint64_t rows = row_count(file, group, names);
  for (std::uint64_t first = 0; first < rows; first += rows_at_a_time)
    use(some_rows(file, group, names, first, std::min(rows_at_a_time, rows - first)));
}

int whole(double value) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp(truncated(value), -most, most));
}

// The trajectories of `results.h5`, and which of them count: those around the one asked for last are in memory, for
// they are asked for in order.
class Trajectories {
 public:
  Trajectories(const ReportedResult& result, int track)
      : file_(*result.rows),
        rows_(row_count(file_, group, names)),
        wanted_submission_(result.submission),
        wanted_track_(track) {}

  /// The name of a row's trajectory, if it counts.
  std::optional<TrajectoryName> name(double row) {
    if (!(row >= 0 && row < static_cast<double>(rows_)))
      throw InputError(file_.path(), fmt::format("there is no row {} of {}", row, group));
    const auto number = static_cast<std::uint64_t>(row);
    if (number < first_ || number - first_ >= columns_[0].size()) {
      first_ = number / rows_at_a_time * rows_at_a_time;
      columns_ = some_rows(file_, group, names, first_, std::min(rows_at_a_time, rows_ - first_));
    }
    const std::size_t i = number - first_;
    const auto& [submission, track, experiment, fov, index] = columns_;
    if (submission[i] != wanted_submission_ || track[i] != wanted_track_) return {};
    return TrajectoryName{whole(experiment[i]), whole(fov[i]), truncated(index[i])};
  }

 private:
  static constexpr const char* group = "/trajectories";
  static constexpr std::array names{"submission", "track", "experiment", "fov", "index"};
  const io::ArrayReader& file_;
  std::uint64_t rows_;
  int wanted_submission_, wanted_track_;
  std::uint64_t first_ = 0;
  Columns<names.size()> columns_;
};

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

std::map<std::int64_t, std::vector<SegmentDetails>> read_details_file(const fs::path& file) {
  std::map<std::int64_t, std::vector<SegmentDetails>> all;
  const std::string text = io::read_text_file(file);
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = io::take_line(rest);
    std::array<double, 12> n{};
    if (number == 1 ? line != segments_header : !read_line(line, n))
      throw InputError(
          {InputProblem{file, number, 0, fmt::format("is not a line of segments (expected {})", segments_header)}});
    if (number > 1) all[truncated(n[0])].push_back({truncated(n[1]), n[4], n[5], n[7], n[8], n[10], n[11]});
  }
  return all;
}

}  // namespace

void for_each_pair(const ReportedResult& result, int track, const std::function<void(const ReportedPair&)>& use) {
  Trajectories trajectories(result, track);
  constexpr std::array names{"trajectory", "segment_predicted", "alpha_true", "alpha_predicted",
                             "k_true",     "k_predicted",       "state_true", "state_predicted"};
  in_parts(*result.rows, "/segments", names, [&](const Columns<names.size()>& columns) {
    const auto& [trajectory, segment, alpha_true, alpha, k_true, k, state_true, state] = columns;
    for (std::size_t i = 0; i < trajectory.size(); ++i) {
      const auto name = trajectories.name(trajectory[i]);
      if (name && segment[i] >= 0)
        use({*name, whole(segment[i]), alpha_true[i], alpha[i], k_true[i], k[i], whole(state_true[i]),
             whole(state[i])});
    }
  });
}

void for_each_change_point(const ReportedResult& result, int track,
                           const std::function<void(const ReportedChangePoint&)>& use) {
  Trajectories trajectories(result, track);
  constexpr std::array names{"trajectory",   "frame_true",   "frame_predicted", "alpha_before",
                             "alpha_after",  "k_before",     "k_after",         "length_before",
                             "length_after", "state_before", "state_after"};
  in_parts(*result.rows, "/change_points", names, [&](const Columns<names.size()>& columns) {
    const auto& [trajectory, frame_true, frame_predicted, alpha_before, alpha_after, k_before, k_after, length_before,
                 length_after, state_before, state_after] = columns;
    for (std::size_t i = 0; i < trajectory.size(); ++i)
      if (const auto name = trajectories.name(trajectory[i]))
        use({*name, truncated(frame_true[i]), truncated(frame_predicted[i]), alpha_before[i], alpha_after[i],
             k_before[i], k_after[i], truncated(length_before[i]), truncated(length_after[i]), whole(state_before[i]),
             whole(state_after[i])});
  });
}

evaluation::ChangePointErrors change_point_errors(const ReportedResult& result, int track) {
  constexpr std::int64_t middle = evaluation::changepoint_threshold - 1;
  constexpr double most_counted = 1e15;
  evaluation::ChangePointErrors errors{};
  constexpr std::array names{"submission", "track", "error", "change_points"};
  in_parts(*result.rows, "/change_point_errors", names, [&](const Columns<names.size()>& columns) {
    const auto& [submission, of_track, error, count] = columns;
    for (std::size_t i = 0; i < error.size(); ++i) {
      if (submission[i] != result.submission || of_track[i] != track) continue;
      if (!(std::abs(error[i]) <= middle && count[i] >= 0 && count[i] <= most_counted))
        throw InputError(result.rows->path(),
                         fmt::format("/change_point_errors: {} errors of {} frames (expected -{} to {} frames)",
                                     count[i], error[i], middle, middle));
      errors[static_cast<std::size_t>(static_cast<std::int64_t>(error[i]) + middle)] +=
          static_cast<std::int64_t>(count[i]);
    }
  });
  return errors;
}

std::map<int, fs::path> experiments_in(const fs::path& details, int track) {
  std::map<int, fs::path> folders;
  const fs::path all = details / fmt::format("track_{}", track);
  if (!fs::is_directory(all)) return folders;
  for (const auto& entry : fs::directory_iterator(all))
    if (const auto number = io::numbered(entry.path().filename().string(), "exp_", ""))
      folders[static_cast<int>(*number)] = entry.path();
  return folders;
}

DetailsReader::DetailsReader(const fs::path& details, int track) {
  for (const auto& [experiment, folder] : experiments_in(details, track))
    for (const auto& entry : fs::directory_iterator(folder))
      if (const auto fov = io::numbered(entry.path().filename().string(), "segments_fov_", ".csv"))
        files_[{experiment, static_cast<int>(*fov)}] = entry.path();
}

std::span<const SegmentDetails> DetailsReader::of(const TrajectoryName& trajectory) {
  const auto& [experiment, fov, index] = trajectory;
  const FovName name{experiment, fov};
  if (read_ != name) {
    const auto file = files_.find(name);
    segments_.clear();
    if (file != files_.end()) segments_ = read_details_file(file->second);
    read_ = name;
  }
  const auto found = segments_.find(index);
  if (found == segments_.end()) return {};
  return found->second;
}

}  // namespace an::app
