// SPDX-License-Identifier: MIT
#include "io/trajectory_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "core/error.hpp"
#include "core/number_text.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

constexpr std::array<std::string_view, 4> column_names{"traj_idx", "frame", "x", "y"};
constexpr double largest_index = 9007199254740992.0;  // 2^53: whole numbers are exact up to here

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

class CsvParser {
 public:
  explicit CsvParser(const std::filesystem::path& name) : name_(name) {}

  void add_line(std::string_view line) {
    ++line_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line_ == 1) return read_header(line);
    if (line.empty()) return;
    if (const auto values = read_values(line)) add_row(*values);
  }

  std::vector<CsvTrajectory> result() {
    if (line_ == 0) problem(0, "an empty file (expected a header traj_idx,frame,x,y)");
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return std::move(trajectories_);
  }

  bool header_failed() const { return line_ == 1 && !problems_.empty(); }

 private:
  void problem(std::size_t column, std::string what) { problems_.push_back({name_, line_, column, std::move(what)}); }

  void read_header(std::string_view line) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    const auto names = split(line);
    columns_ = names.size();
    for (std::size_t wanted = 0; wanted < column_names.size(); ++wanted) {
      const auto found = std::find(names.begin(), names.end(), column_names[wanted]);
      if (found == names.end())
        problem(0, fmt::format("no column '{}' in the header (expected traj_idx,frame,x,y)", column_names[wanted]));
      place_[wanted] = static_cast<std::size_t>(found - names.begin());
    }
  }

  std::optional<std::array<double, 4>> read_values(std::string_view line) {
    std::array<std::string_view, 4> fields;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= line.size(); ++count) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      for (std::size_t i = 0; i < fields.size(); ++i)
        if (place_[i] == count) fields[i] = line.substr(begin, end - begin);
      begin = end + 1;
    }
    if (count != columns_) {
      problem(0, fmt::format("{} values, but the header names {} columns", count, columns_));
      return std::nullopt;
    }
    std::array<double, 4> values{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto value = invalid_utf8(fields[i]) ? std::nullopt : parse_python_float(fields[i]);
      if (!value || !std::isfinite(*value)) {
        problem(static_cast<std::size_t>(fields[i].data() - line.data()) + 1,
                fmt::format("{} is '{}' (expected a finite number)", column_names[i], fields[i].substr(0, 40)));
        return std::nullopt;
      }
      values[i] = *value;
    }
    return values;
  }

  void add_row(const std::array<double, 4>& values) {
    for (const std::size_t i : {0U, 1U})
      if (values[i] != std::floor(values[i]) || std::fabs(values[i]) > largest_index)
        return problem(0, fmt::format("{} is {} (expected a whole number)", column_names[i], shortest_text(values[i])));
    const auto index = static_cast<std::int64_t>(values[0]);
    const auto frame = static_cast<std::int64_t>(values[1]);
    if (trajectories_.empty() || trajectories_.back().index != index) {
      if (!seen_.insert(index).second)
        return problem(0, fmt::format("trajectory {} appears again (expected its rows one after another)", index));
      trajectories_.push_back({index, frame, {}, {}});
    }
    CsvTrajectory& trajectory = trajectories_.back();
    const std::int64_t expected = trajectory.first_frame + static_cast<std::int64_t>(trajectory.x.size());
    if (frame != expected)
      return problem(0, fmt::format("frame {} of trajectory {} (expected frame {}: frames follow each other)", frame, index, expected));
    trajectory.x.push_back(values[2]);
    trajectory.y.push_back(values[3]);
  }

  const std::filesystem::path& name_;
  std::size_t line_ = 0;
  std::size_t columns_ = 0;
  std::array<std::size_t, 4> place_{};
  std::vector<CsvTrajectory> trajectories_;
  std::unordered_set<std::int64_t> seen_;
  std::vector<InputProblem> problems_;
};

}  // namespace

std::vector<CsvTrajectory> parse_trajectories(std::string_view text, const std::filesystem::path& name) {
  CsvParser parser(name);
  while (!text.empty() && !parser.header_failed()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parser.add_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.result();
}

std::vector<CsvTrajectory> read_trajectories(const std::filesystem::path& path) {
  return parse_trajectories(read_text_file(path), path);
}

std::string format_trajectories(std::span<const CsvTrajectory> trajectories) {
  std::string text = "traj_idx,frame,x,y\n";
  for (const CsvTrajectory& t : trajectories)
    for (std::size_t i = 0; i < t.x.size(); ++i)
      text += fmt::format("{},{}.0,{},{}\n", t.index, t.first_frame + static_cast<std::int64_t>(i), shortest_text(t.x[i]),
                          shortest_text(t.y[i]));
  return text;
}

}  // namespace an::io
