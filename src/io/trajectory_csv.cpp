// SPDX-License-Identifier: MIT
#include "io/trajectory_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "core/number_text.hpp"
#include "io/python_float.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"

namespace an::io {

namespace {

enum Column : std::size_t { index_column, frame_column, x_column, y_column, column_count };

constexpr std::array<std::string_view, column_count> column_names{"traj_idx", "frame", "x", "y"};
constexpr std::string_view expected_header = "expected a header line with traj_idx,frame,x,y";
constexpr std::size_t longest_shown = 40;
constexpr std::int64_t longest_gap = 99'999;       // frames that may be missing at once
constexpr std::int64_t most_missing = 10'000'000;  // in a whole file: 160 MB

struct Row {
  std::int64_t index, frame;
  double x, y;
};

// Takes the first line off `text`, without its \n or \r\n.
std::string_view take_row(std::string_view& text) {
  std::string_view line = take_line(text);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

class CsvParser {
 public:
  explicit CsvParser(FrameRule rule) : rule_(rule) {}

  TrajectoryFile parse(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // as spreadsheets write it
    read_header(take_row(text));
    if (problems_.empty()) read_rows(text);
    file_.problems = problems_.take();
    return std::move(file_);
  }

 private:
  void report(std::size_t column, std::string what) { problems_.add({line_, column, std::move(what), ""}); }

  void read_header(std::string_view header) {
    line_ = 1;
    std::array<std::size_t, column_count> times{};
    for (std::size_t begin = 0; begin <= header.size();) {
      const std::size_t end = std::min(header.find(',', begin), header.size());
      const std::string_view name = python_stripped(header.substr(begin, end - begin));
      const auto wanted =
          static_cast<std::size_t>(std::find(column_names.begin(), column_names.end(), name) - column_names.begin());
      if (wanted < column_count) ++times[wanted];
      columns_.push_back(wanted);
      begin = end + 1;
    }
    for (std::size_t i = 0; i < column_count; ++i)
      if (times[i] != 1)
        report(0, fmt::format("{} columns named '{}' in {} ({})", times[i], column_names[i],
                              python_repr(header, longest_shown), expected_header));
  }

  void read_rows(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = take_row(text);
      ++line_;
      if (line.empty()) continue;
      if (const std::optional<Row> row = read_row(line))
        add_row(*row);
      else
        next_frame_.reset();  // so that one bad line is one problem
    }
  }

  std::optional<Row> read_row(std::string_view line) {
    std::array<double, column_count> values{};
    const char* at = line.data();
    const char* const end = at + line.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0 && (at == end || *at++ != ',')) return report_count(line);
      if (columns_[i] == column_count)
        at = std::find(at, end, ',');
      else if (!read_value(line, columns_[i], at, values[columns_[i]]))
        return std::nullopt;
    }
    if (at != end) return report_count(line);
    return Row{static_cast<std::int64_t>(values[index_column]), static_cast<std::int64_t>(values[frame_column]),
               values[x_column], values[y_column]};
  }

  std::optional<Row> report_count(std::string_view line) {
    report(0, fmt::format("{} values, but the header names {} columns", std::count(line.begin(), line.end(), ',') + 1,
                          columns_.size()));
    return std::nullopt;
  }

  // Reads the value at `at` and goes on to the comma or line end after it; where it is not as expected, reports it.
  bool read_value(std::string_view line, std::size_t column, const char*& at, double& value) {
    const char* const begin = at;
    const char* const end = line.data() + line.size();
    const char* const after = scan_plain_number(begin, end, value);
    const bool plain = after != nullptr && (after == end || *after == ',');
    at = plain ? after : std::find(begin, end, ',');
    const std::string_view token(begin, static_cast<std::size_t>(at - begin));
    if (token.empty() && rule_ == FrameRule::ascending && (column == x_column || column == y_column)) {
      value = std::numeric_limits<double>::quiet_NaN();  // as pandas writes it
      return true;
    }
    const std::optional<double> number = plain ? value : parse_python_float(token);
    const char* const expected = number ? unmet_expectation(column, *number) : "a number";
    value = number.value_or(0);
    if (expected == nullptr) return true;
    report(static_cast<std::size_t>(begin - line.data()) + 1,
           fmt::format("{} is {} (expected {})", column_names[column], python_repr(token, longest_shown), expected));
    return false;
  }

  // What is expected of a value, if it is not that; else nullptr.
  const char* unmet_expectation(std::size_t column, double value) const {
    constexpr double exact = 9007199254740992.0;  // 2^53
    constexpr double farthest = 1e9;              // px; squares of steps between them are far from float's end
    if (column == x_column || column == y_column) {
      if (rule_ == FrameRule::ascending && std::isnan(value)) return nullptr;
      if (!std::isfinite(value)) return "a finite number";
      return std::fabs(value) <= farthest ? nullptr : "a number of pixels within 1e9";
    }
    if (!(std::fabs(value) <= exact) || value != std::trunc(value)) return "a whole number";
    if (value >= 0) return nullptr;
    return column == frame_column ? "a frame from 0 on" : "an index from 0 on";
  }

  void add_row(const Row& row) {
    if (file_.trajectories.empty() || file_.trajectories.back().index != row.index) {
      if (!seen_.insert(row.index).second)
        report(0, fmt::format("trajectory {} appears again (expected its lines one after another)", row.index));
      file_.trajectories.push_back({row.index, row.frame, {}, {}});
    } else if (next_frame_ && row.frame > *next_frame_ && rule_ == FrameRule::ascending) {
      add_missing(row);
    } else if (next_frame_ && row.frame != *next_frame_) {
      report(0, fmt::format("frame {} of trajectory {} (expected frame {}{})", row.frame, row.index, *next_frame_,
                            rule_ == FrameRule::ascending ? " or a later one" : ": frames follow one another"));
    }
    next_frame_ = row.frame + 1;
    file_.trajectories.back().x.push_back(row.x);
    file_.trajectories.back().y.push_back(row.y);
  }

  // \pre frames are missing before the row
  void add_missing(const Row& row) {
    const std::int64_t count = row.frame - *next_frame_;
    if (count > longest_gap || (missing_ += count) > most_missing)
      return report(0, fmt::format("frame {} of trajectory {}: {} frames are missing before it (expected {} at most, "
                                   "and {} in the whole file)",
                                   row.frame, row.index, count, longest_gap, most_missing));
    CsvTrajectory& trajectory = file_.trajectories.back();
    for (std::vector<double>* values : {&trajectory.x, &trajectory.y})
      values->insert(values->end(), static_cast<std::size_t>(count), std::numeric_limits<double>::quiet_NaN());
  }

  FrameRule rule_;
  TrajectoryFile file_;
  ProblemList problems_;
  std::vector<std::size_t> columns_;  // which wanted column each of the file's is; column_count if none
  std::size_t line_ = 0;
  std::optional<std::int64_t> next_frame_;
  std::int64_t missing_ = 0;  // frames, so far
  std::unordered_set<std::int64_t> seen_;
};

}  // namespace

TrajectoryFile parse_trajectories(std::string_view text, FrameRule rule) { return CsvParser(rule).parse(text); }

std::vector<CsvTrajectory> read_trajectories(const std::filesystem::path& path, FrameRule rule) {
  TrajectoryFile file = parse_trajectories(read_text_file(path), rule);
  if (!file.problems.empty()) throw InputError(problems_of_file(path, file.problems));
  return std::move(file.trajectories);
}

std::string format_trajectories(std::span<const CsvTrajectory> trajectories) {
  std::string text = "traj_idx,frame,x,y\n";
  for (const CsvTrajectory& trajectory : trajectories)
    for (std::size_t i = 0; i < trajectory.x.size(); ++i)
      fmt::format_to(std::back_inserter(text), "{},{}.0,{},{}\n", trajectory.index,
                     trajectory.first_frame + static_cast<std::int64_t>(i), shortest_text(trajectory.x[i]),
                     shortest_text(trajectory.y[i]));
  return text;
}

}  // namespace an::io
