// SPDX-License-Identifier: MIT
#include "app/score/ensemble_item.hpp"

#include "core/byte_archive.hpp"
#include "core/error.hpp"
#include "io/benchmark_tree.hpp"
#include "io/ensemble_file.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

// Reads an ensemble file; whatever is wrong becomes a problem.
std::optional<io::EnsembleFile> read(const fs::path& file, std::vector<ScoreProblem>& problems) {
  const auto report = [&](std::size_t line, std::size_t column, const std::string& what) {
    ScoreProblem problem;
    problem.file = file.string();
    problem.line = line;
    problem.column = column;
    problem.what = what;
    problems.push_back(std::move(problem));
  };
  if (!io::is_there(file)) {
    report(0, 0, "no such file: the experiment's ensemble cannot be scored");
    return std::nullopt;
  }
  try {
    io::EnsembleFile ensemble = io::read_ensemble(file);
    for (const io::LineProblem& line : ensemble.problems) report(line.line, line.column, line.what);
    return ensemble;
  } catch (const InputError& error) {
    for (const InputProblem& found : error.problems()) report(found.line, found.column, found.what);
    return std::nullopt;
  }
}

}  // namespace

std::vector<EnsembleReport> EnsembleItems::score(const ScorePlan& plan, std::size_t track, std::size_t experiment) {
  const bool official = plan.rules.rules == evaluation::Rules::official;
  std::vector<EnsembleReport> reports(plan.submissions.size());
  std::vector<ScoreProblem> truth_problems;
  const fs::path truth_file = io::ensemble_labels(plan.tracks[track].experiments[experiment].reference);
  const auto truth = read(truth_file, truth_problems);
  const bool has_truth = truth && truth->labels;
  if (official && has_truth) {
    if (!official_) official_ = std::make_unique<evaluation::OfficialEnsembleScorer>();
    official_->set_truth(*truth->labels);
  }
  for (std::size_t s = 0; s < reports.size(); ++s) {
    if (!plan.has_track(s, track)) continue;
    EnsembleReport& report = reports[s];
    report.problems = truth_problems;
    if (truth) report.model = truth->model;
    const fs::path file = io::ensemble_labels(plan.submitted_experiment(s, track, experiment));
    const auto prediction = read(file, report.problems);
    if (!has_truth || !prediction || !prediction->labels) continue;
    const evaluation::EnsembleOutcome outcome =
        official ? official_->score(*prediction->labels)
                 : evaluation::paper_ensemble_distance(*truth->labels, *prediction->labels);
    report.scores = outcome.scores;
    if (outcome.scores) continue;
    ScoreProblem problem;
    problem.file = (outcome.of_truth ? truth_file : file).string();
    problem.what = outcome.failure;
    report.problems.push_back(std::move(problem));
  }
  return reports;
}

std::vector<std::byte> packed(std::span<const EnsembleReport> reports) {
  ByteWriter writer;
  writer.put(reports.size());
  for (const EnsembleReport& report : reports) {
    writer.put(report.scores.has_value());
    writer.put(report.scores.value_or(evaluation::EnsembleScores{}));
    writer.put(report.model);
    writer.put(report.problems.size());
    for (const ScoreProblem& problem : report.problems) {
      writer.put(problem.file);
      writer.put(problem.line);
      writer.put(problem.column);
      writer.put(problem.what);
    }
  }
  return writer.take();
}

std::vector<EnsembleReport> unpacked_ensemble_reports(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  std::vector<EnsembleReport> reports(reader.take<std::size_t>());
  for (EnsembleReport& report : reports) {
    const bool scored = reader.take<bool>();
    const auto scores = reader.take<evaluation::EnsembleScores>();
    if (scored) report.scores = scores;
    report.model = reader.take_string();
    report.problems.resize(reader.take<std::size_t>());
    for (ScoreProblem& problem : report.problems) {
      problem.file = reader.take_string();
      problem.line = reader.take<std::size_t>();
      problem.column = reader.take<std::size_t>();
      problem.what = reader.take_string();
    }
  }
  return reports;
}

}  // namespace an::app
