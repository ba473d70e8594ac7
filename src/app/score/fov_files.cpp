// SPDX-License-Identifier: MIT
#include "app/score/fov_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "core/error.hpp"
#include "core/number_text.hpp"
#include "evaluation/fov_score.hpp"
#include "io/benchmark_tree.hpp"
#include "io/label_file.hpp"
#include "io/trajectory_csv.hpp"
#include "io/vip_file.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

std::string with_official(const std::string& what, const std::string& official) {
  return official.empty() ? what : fmt::format("{} [the official scorer stops here: {}]", what, official);
}

ScoreProblem problem_of(const fs::path& file, const io::LineProblem& line, bool fatal) {
  ScoreProblem problem;
  problem.file = file.string();
  problem.line = line.line;
  problem.column = line.column;
  problem.what = with_official(line.what, line.official);
  problem.fatal = fatal && line.fatal;
  problem.index = line.index;
  return problem;
}

ScoreProblem stop(const fs::path& file, std::string what) {
  ScoreProblem problem;
  problem.file = file.string();
  problem.what = std::move(what);
  problem.fatal = true;
  return problem;
}

// Reads a file; where it cannot be read, that becomes a problem.
template <class Read>
auto read_or_tell(const Read& read, const fs::path& file, std::vector<ScoreProblem>& problems) -> decltype(read(file)) {
  try {
    return read(file);
  } catch (const InputError& error) {
    const bool is_there = io::is_there(file);
    for (const InputProblem& found : error.problems()) {
      problems.push_back(stop(found.file, is_there ? found.what : with_official(found.what, "FileNotFoundError")));
      problems.back().line = found.line;
      problems.back().column = found.column;
    }
    return {};
  }
}

bool is_vip(const std::vector<std::int64_t>& vips, double index) {
  return std::any_of(vips.begin(), vips.end(), [&](std::int64_t vip) { return static_cast<double>(vip) == index; });
}

LabelTable vip_rows(const LabelTable& labels, const std::vector<std::int64_t>& vips) {
  LabelTable rows;
  for (std::size_t row = 0; row < labels.size(); ++row)
    if (is_vip(vips, labels[row].index())) rows.append(labels[row].fields(), labels.line(row));
  return rows;
}

// Label row i (by index) belongs to the trajectory that appears i-th in the CSV.
void renumber_by_appearance(const fs::path& csv, TruthFov& truth) {
  const auto trajectories =
      read_or_tell([](const fs::path& file) { return io::read_trajectories(file); }, csv, truth.problems);
  if (trajectories.size() != truth.labels.size()) {
    truth.problems.push_back(
        stop(truth.file, fmt::format("{} trajectories, but {} has {} (matching by order of appearance needs as many)",
                                     truth.labels.size(), csv.string(), trajectories.size())));
    return;
  }
  std::vector<std::size_t> order(truth.labels.size());
  for (std::size_t row = 0; row < order.size(); ++row) order[row] = row;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return truth.labels[a].index() < truth.labels[b].index(); });
  for (std::size_t i = 0; i < order.size(); ++i)
    truth.labels.set_index(order[i], static_cast<double>(trajectories[i].index));
}

std::string list_of(const std::vector<std::int64_t>& indices) { return fmt::format("{}", fmt::join(indices, ", ")); }

// The official check compares indices cut to integers; where it fails the whole task is given up.
void check_vips(const std::vector<std::int64_t>& vips, bool strict, SubmittedFov& submitted) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  std::vector<std::int64_t> found;
  for (std::size_t row = 0; row < submitted.labels.size(); ++row) {
    const double index = submitted.labels[row].index();
    if (std::fabs(index) < limit) {
      found.push_back(static_cast<std::int64_t>(index));
      continue;
    }
    const bool nan = std::isnan(index);
    ScoreProblem problem =
        stop(submitted.file,
             with_official(fmt::format("the index is {} (expected a VIP's index)", plain_text(index)),
                           nan                 ? "ValueError: cannot convert float NaN to integer"
                           : std::isinf(index) ? "OverflowError: cannot convert float infinity to integer"
                                               : "OverflowError: Python int too large to convert to C long"));
    problem.line = submitted.labels.line(row);
    problem.fatal = strict;
    submitted.problems.push_back(problem);
    if (strict) submitted.event = FovEvent::stop;
  }
  std::vector<std::int64_t> expected = vips;
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  if (submitted.event != FovEvent::none || expected == found) return;
  ScoreProblem problem =
      stop(submitted.file, fmt::format("VIP indices are {}; expected {} (the indices on page 0 of the video)",
                                       list_of(found), list_of(expected)));
  problem.fatal = false;
  if (strict) {
    submitted.event = FovEvent::abort;
    problem.what += ": the official scorer gives up the whole single-trajectory task of track 1";
    problem.affected = all_metrics;
  }
  submitted.problems.push_back(problem);
}

}  // namespace

TruthFov read_truth_fov(const ScorePlan& plan, const FovPlace& place) {
  const fs::path& folder = plan.experiment(place).reference;
  TruthFov truth;
  truth.file = io::truth_labels(folder, place.fov);
  truth.exists = io::is_there(truth.file);
  if (!truth.exists && plan.rules.lenient) {
    truth.problems.push_back(
        stop(truth.file, with_official("no such file: the field of view is left out", "FileNotFoundError")));
    truth.problems.back().fatal = false;
    return truth;
  }
  io::LabelFile file = read_or_tell(io::read_labels, truth.file, truth.problems);
  for (const io::LineProblem& line : file.problems) truth.problems.push_back(problem_of(truth.file, line, true));
  truth.labels = std::move(file.table);
  if (plan.rules.match_by_appearance) renumber_by_appearance(io::trajectories(folder, place.fov), truth);
  if (plan.tracks[place.track].number != 1) return truth;
  const fs::path vip_path = io::vip(folder, place.fov);
  io::VipFile vips = read_or_tell(io::read_vips, vip_path, truth.problems);
  // A single VIP is read as it is; only the official scorer cannot.
  const bool is_single = vips.indices.size() == 1 && vips.problems.size() == 1 && vips.problems[0].line == 0;
  const bool stops = !is_single || plan.rules.strict();
  for (const io::LineProblem& line : vips.problems) truth.problems.push_back(problem_of(vip_path, line, stops));
  truth.vips = std::move(vips.indices);
  truth.labels = vip_rows(truth.labels, truth.vips);
  return truth;
}

SubmittedFov read_submitted_fov(const ScorePlan& plan, const FovPlace& place, std::size_t submission,
                                const TruthFov& truth) {
  const bool strict = plan.rules.strict();
  SubmittedFov submitted;
  submitted.file =
      io::submission_labels(plan.submitted_experiment(submission, place.track, place.experiment), place.fov);
  std::error_code ignored;  // what cannot be reached is not there for the official scorer either
  submitted.exists = fs::is_regular_file(submitted.file, ignored);
  if (!submitted.exists) {
    ScoreProblem problem;
    problem.file = submitted.file.string();
    problem.what = strict ? "no such file: the official scorer gives up the whole single-trajectory task of this track"
                          : "no such file: all its trajectories count as missing";
    submitted.event = strict ? FovEvent::abort : FovEvent::none;
    submitted.problems.push_back(problem);
    return submitted;
  }
  io::LabelFile file = read_or_tell(io::read_labels, submitted.file, submitted.problems);
  const bool bad_lines_stop = !plan.rules.lenient;
  if (!submitted.problems.empty()) {
    submitted.exists = false;
    submitted.problems.front().fatal = bad_lines_stop;
    if (bad_lines_stop) submitted.event = FovEvent::stop;
    return submitted;
  }
  for (const io::LineProblem& line : file.problems) {
    submitted.problems.push_back(problem_of(submitted.file, line, bad_lines_stop));
    if (line.fatal && bad_lines_stop) submitted.event = FovEvent::stop;
  }
  submitted.labels = std::move(file.table);
  if (plan.tracks[place.track].number == 1 && submitted.event == FovEvent::none && truth.exists && !truth.is_unusable())
    check_vips(truth.vips, strict, submitted);
  return submitted;
}

}  // namespace an::app
