// SPDX-License-Identifier: MIT
#include "app/score/score_item.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "app/score/fov_files.hpp"
#include "core/byte_archive.hpp"
#include "evaluation/index_alignment.hpp"

namespace an::app {

namespace fs = std::filesystem;
using evaluation::FovScore;
using evaluation::RowPair;

namespace {

std::uint8_t metric_bits(std::span<const std::size_t> metrics) {
  unsigned bits = 0;
  for (const std::size_t metric : metrics) bits |= 1U << metric;
  return static_cast<std::uint8_t>(bits);
}

// A trajectory is missing because its line cannot be used: that line's problem bears the cost.
bool charged_to_bad_line(const evaluation::FovDefect& defect, std::vector<ScoreProblem>& problems) {
  const auto line = std::find_if(problems.begin(), problems.end(),
                                 [&](const ScoreProblem& p) { return p.affected == 0 && p.index == defect.index; });
  if (line == problems.end()) return false;
  line->part += defect.part;
  line->affected = all_metrics;
  return true;
}

// Turns the defects of trajectories into problems of their files, which file_of(whether of the reference, fov) names;
// beyond the limit they are counted a kind.
template <class FileOf>
void add_defects(const FovScore& score, const ScoreRules& rules, const FileOf& file_of, FovReport& report) {
  std::map<evaluation::DefectKind, ScoreProblem> rest;
  std::map<evaluation::DefectKind, std::size_t> rest_count;
  std::size_t listed = 0;
  for (const evaluation::FovDefect& defect : score.defects) {
    const auto kind = defect.defect.kind;
    if (kind == evaluation::DefectKind::missing && charged_to_bad_line(defect, report.problems)) continue;
    const bool reference = evaluation::in_reference(kind);
    const bool stops = evaluation::stops_official_scorer(kind) && (rules.strict() || reference);
    report.scoring_stops |= stops;
    ScoreProblem problem{file_of(reference, defect.fov).string(),
                         defect.line,
                         0,
                         evaluation::description(defect.defect, defect.index),
                         stops,
                         defect.part,
                         metric_bits(evaluation::affected_metrics(kind)),
                         defect.index};
    if (listed < rules.listed_defects) {
      ++listed;
      report.problems.push_back(std::move(problem));
    } else if (ScoreProblem& sum = rest[kind]; rest_count[kind]++ == 0) {
      sum = std::move(problem);
    } else {
      sum.part += problem.part;
    }
  }
  for (auto& [kind, problem] : rest) {
    if (const std::size_t more = rest_count[kind] - 1; more > 0)
      problem.what += fmt::format(" (and {} more like this in the file)", more);
    report.problems.push_back(std::move(problem));
  }
}

void describe_alignment(const LabelTable& truth, const LabelTable& prediction, FovReport& report) {
  evaluation::FovIndices indices;
  evaluation::collect_indices(truth, indices.truth, indices.truth_rows);
  evaluation::collect_indices(prediction, indices.prediction, indices.prediction_rows);
  report.aligned = evaluation::aligned_by_fov(indices, false);
  report.aligned_if_last = evaluation::aligned_by_fov(indices, true);
  if (!indices.truth.empty()) report.last_index_true = indices.truth.back();
  if (!indices.prediction.empty()) report.last_index_predicted = indices.prediction.back();
}

ScoredFov scored(FovScore&& score, FovReport&& report) {
  report.trajectories = static_cast<std::int64_t>(score.trajectories.size());
  report.segments = static_cast<std::int64_t>(score.segments.size());
  report.change_points = static_cast<std::int64_t>(score.change_points.size());
  report.sums = score.sums;
  report.scores = score.scores;
  report.change_point_errors = score.change_point_errors;
  return {std::move(report), std::move(score.trajectories), std::move(score.segments), std::move(score.change_points)};
}

ScoredFov score_submission(const ScorePlan& plan, const FovPlace& place, std::size_t submission,
                           const TruthFov& truth) {
  SubmittedFov submitted = read_submitted_fov(plan, place, submission, truth);
  FovReport report;
  report.event = submitted.event;
  report.problems = std::move(submitted.problems);
  describe_alignment(truth.labels, submitted.labels, report);
  FovScore score = evaluation::score_fov(evaluation::pair_by_index(truth.labels, submitted.labels), plan.rules.rules);
  if (submitted.exists) {
    const auto file_of = [&](bool reference, std::size_t) { return reference ? truth.file : submitted.file; };
    add_defects(score, plan.rules, file_of, report);
  } else {
    // One problem for the file instead of one for each trajectory.
    report.problems.front().part = score.sums;
    report.problems.front().affected = all_metrics;
  }
  return scored(std::move(score), std::move(report));
}

}  // namespace

std::vector<ScoredFov> score_fov_item(const ScorePlan& plan, const FovPlace& place) {
  const TruthFov truth = read_truth_fov(plan, place);
  std::vector<ScoredFov> results(plan.submissions.size());
  for (std::size_t s = 0; s < plan.submissions.size(); ++s) {
    if (!plan.has_track(s, place.track)) continue;
    results[s] = score_submission(plan, place, s, truth);
    FovReport& report = results[s].report;
    // The submitted file is looked for first: without it the official scorer never opens the reference.
    if (truth.is_unusable() && (report.event == FovEvent::none || !plan.rules.strict())) report.event = FovEvent::stop;
    report.problems.insert(report.problems.end(), truth.problems.begin(), truth.problems.end());
  }
  return results;
}

namespace {

// The label tables of the fields of view last used; an experiment's rows are asked for nearly in order.
template <class Fov>
class RecentFovs {
 public:
  explicit RecentFovs(std::function<Fov(std::size_t)> read) : read_(std::move(read)) {}

  const Fov& at(std::size_t fov) {
    const auto found = fovs_.find(fov);
    if (found != fovs_.end()) return found->second;
    return fovs_.emplace(fov, read_(fov)).first->second;
  }
  /// Forgets all but those in `keep`.
  void keep_only(const std::set<std::size_t>& keep) {
    std::erase_if(fovs_, [&](const auto& entry) { return !keep.contains(entry.first); });
  }

 private:
  std::function<Fov(std::size_t)> read_;
  std::map<std::size_t, Fov> fovs_;
};

}  // namespace

void score_experiment_item(const ScorePlan& plan, std::size_t submission, std::size_t track, std::size_t experiment,
                           const std::function<void(std::size_t fov, ScoredFov&&)>& take) {
  const std::size_t fovs = plan.tracks[track].experiments[experiment].fovs;
  const auto place = [&](std::size_t fov) { return FovPlace{track, experiment, fov}; };
  RecentFovs<TruthFov> truths([&](std::size_t fov) { return read_truth_fov(plan, place(fov)); });
  RecentFovs<SubmittedFov> submitted(
      [&](std::size_t fov) { return read_submitted_fov(plan, place(fov), submission, truths.at(fov)); });
  std::vector<evaluation::FovIndices> indices(fovs);
  for (std::size_t fov = 0; fov < fovs; ++fov) {
    evaluation::collect_indices(truths.at(fov).labels, indices[fov].truth, indices[fov].truth_rows);
    evaluation::collect_indices(submitted.at(fov).labels, indices[fov].prediction, indices[fov].prediction_rows);
    truths.keep_only({});
    submitted.keep_only({});
  }
  const auto aligned = evaluation::align_officially(indices);
  auto next = aligned.begin();
  for (std::size_t fov = 0; fov < fovs; ++fov) {
    const auto end = std::find_if(next, aligned.end(), [&](const auto& row) { return row.place.fov != fov; });
    std::set<std::size_t> used{fov};
    for (auto row = next; row != end; ++row) {
      if (row->truth) used.insert(row->truth->fov);
      if (row->prediction) used.insert(row->prediction->fov);
    }
    truths.keep_only(used);
    submitted.keep_only(used);
    std::vector<RowPair> rows;
    for (; next != end; ++next) {
      const evaluation::RowPlace& labels = next->truth ? *next->truth : next->place;
      const LabelTable& truth = truths.at(labels.fov).labels;
      RowPair& pair =
          rows.emplace_back(RowPair{truth[labels.row], std::nullopt, truth.line(labels.row), 0, labels.fov, fov});
      if (!next->prediction) continue;
      const LabelTable& prediction = submitted.at(next->prediction->fov).labels;
      pair.prediction = prediction[next->prediction->row];
      pair.prediction_line = prediction.line(next->prediction->row);
      pair.prediction_fov = next->prediction->fov;
    }
    FovReport report;
    FovScore score = evaluation::score_fov(rows, plan.rules.rules);
    const auto file_of = [&](bool reference, std::size_t f) {
      return reference ? truths.at(f).file : submitted.at(f).file;
    };
    add_defects(score, plan.rules, file_of, report);
    take(fov, scored(std::move(score), std::move(report)));
  }
}

namespace {

void put_problem(ByteWriter& writer, const ScoreProblem& problem) {
  writer.put(problem.file);
  writer.put(problem.line);
  writer.put(problem.column);
  writer.put(problem.what);
  writer.put(problem.fatal);
  writer.put(problem.part);
  writer.put(problem.affected);
  writer.put(problem.index);
}

ScoreProblem take_problem(ByteReader& reader) {
  ScoreProblem problem;
  problem.file = reader.take_string();
  problem.line = reader.take<std::size_t>();
  problem.column = reader.take<std::size_t>();
  problem.what = reader.take_string();
  problem.fatal = reader.take<bool>();
  problem.part = reader.take<evaluation::ScoreSums>();
  problem.affected = reader.take<std::uint8_t>();
  problem.index = reader.take<double>();
  return problem;
}

}  // namespace

std::vector<std::byte> packed(const FovReport& report) {
  ByteWriter writer;
  writer.put(report.event);
  writer.put(report.scoring_stops);
  writer.put(report.aligned);
  writer.put(report.aligned_if_last);
  writer.put(report.last_index_true);
  writer.put(report.last_index_predicted);
  writer.put(report.trajectories);
  writer.put(report.segments);
  writer.put(report.change_points);
  writer.put(report.sums);
  writer.put(report.scores);
  writer.put(report.change_point_errors);
  writer.put(report.problems.size());
  for (const ScoreProblem& problem : report.problems) put_problem(writer, problem);
  return writer.take();
}

FovReport unpacked_report(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  FovReport report;
  report.event = reader.take<FovEvent>();
  report.scoring_stops = reader.take<bool>();
  report.aligned = reader.take<bool>();
  report.aligned_if_last = reader.take<bool>();
  report.last_index_true = reader.take<double>();
  report.last_index_predicted = reader.take<double>();
  report.trajectories = reader.take<std::int64_t>();
  report.segments = reader.take<std::int64_t>();
  report.change_points = reader.take<std::int64_t>();
  report.sums = reader.take<evaluation::ScoreSums>();
  report.scores = reader.take<evaluation::SingleScores>();
  report.change_point_errors = reader.take<evaluation::ChangePointErrors>();
  const auto problems = reader.take<std::size_t>();
  for (std::size_t i = 0; i < problems; ++i) report.problems.push_back(take_problem(reader));
  return report;
}

}  // namespace an::app
