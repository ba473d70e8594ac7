// SPDX-License-Identifier: MIT
#include "app/report/report_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "app/predict/prediction_files.hpp"
#include "app/report/report_analysis.hpp"
#include "app/report/report_rows.hpp"
#include "app/report/report_source.hpp"
#include "app/report/report_tables.hpp"
#include "app/report/worst_fovs.hpp"
#include "app/score/score_plan.hpp"
#include "io/atomic_file.hpp"
#include "report/figures.hpp"
#include "report/html_page.hpp"
#include "report/table.hpp"
#include "report/text_table.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::HtmlPage;
using report::score_text;
using report::Table;

namespace {

// A page, and the tables on it for files of their own.
class Report {
 public:
  explicit Report(std::vector<ReportedResult> results) : results_(std::move(results)) {}

  /// \return the page's path
  fs::path write(const fs::path& output);

 private:
  bool several() const { return results_.size() > 1; }
  // On the page and in files, whose names begin with the result's where there are several.
  void add(const ReportedResult& result, Table table, bool on_page = true) {
    if (table.rows.empty()) return;
    if (on_page) page_.table(table);
    if (several()) table.name = result.name + "_" + table.name;
    tables_.push_back(std::move(table));
  }
  void add_leaderboard();
  void add_result(const ReportedResult& result);
  void add_track(const ReportedResult& result, int track);
  void add_scores(const ReportedResult& result, int track);
  void add_values(const RowAnalysis& rows);
  void add_change_points(const ReportedResult& result, int track, const RowAnalysis& rows);
  void add_calibration(const ReportedResult& result, int track, const RowAnalysis& rows);
  void add_worst_fovs(const ReportedResult& result, int track);
  void add_shown_fov(const ReportedResult& result, int track);

  std::vector<ReportedResult> results_;
  HtmlPage page_{"anomalousnet: results on the 2nd AnDi Challenge"};
  std::vector<Table> tables_;
};

void Report::add_leaderboard() {
  page_.heading("Leaderboard");
  bool explained = false;
  for (const int track : {2, 1}) {
    std::set<std::string> by;
    for (const ReportedResult& result : results_)
      if (result.scored_by.contains(track)) by.insert(result.scored_by.at(track));
    if (by.size() > 1) {
      page_.paragraph(
          fmt::format("The results of track {} were scored by different rules or against different references: they "
                      "are not ranked.",
                      track));
      continue;
    }
    for (const bool ensemble : {false, true}) {
      const Table table = leaderboard_table(track, ensemble, results_);
      if (table.rows.empty()) continue;
      if (!explained)
        page_.paragraph(
            "Ordered by the mean over metrics of 1 / rank; a metric's best is bold, ranks are in brackets.");
      explained = true;
      page_.table(table);
      tables_.push_back(table);
    }
  }
}

void Report::add_scores(const ReportedResult& result, int track) {
  const TrackRunScores& scores = result.tracks.at(track);
  page_.numbers(average_numbers(track, scores));
  add(result, score_table(track, scores));
  page_.paragraph(
      "In brackets: the AnomalousNet paper's score on the challenge's experiment of that number, which is another "
      "realisation where this benchmark was simulated; bold where ours is as good or better. The average is the "
      "challenge's: by trajectories, and plain for W1. By the official rules RMSE is 0 where nothing was found: it is "
      "to be read beside JSC.");
}

void Report::add_values(const RowAnalysis& rows) {
  page_.subheading("Segments");
  page_.figure(rows.alpha.svg("segments"), "alpha of paired segments; darker: more, by the logarithm.");
  page_.figure(rows.k.svg("segments"),
               "K of paired segments, on logarithmic axes; smaller values are drawn at the edge.");
  page_.figure(report::confusion_svg(rows.states), "States of paired segments, in percent of the true state.");
}

std::vector<report::Rate> rates_of(const std::vector<DetectionClass>& classes) {
  std::vector<report::Rate> rates;
  for (const DetectionClass& c : classes) rates.push_back({c.label, c.count, c.found});
  return rates;
}

void Report::add_change_points(const ReportedResult& result, int track, const RowAnalysis& rows) {
  page_.subheading("Change points");
  page_.figure(report::histogram_svg("error of a change point [frames]",
                                     1 - static_cast<int>(rows.errors.size() + 1) / 2, rows.errors),
               "Matched change points: predicted less true.");
  const std::array<std::tuple<const char*, const char*, std::vector<DetectionClass>>, 3> kinds{
      {{"k_ratio", "ratio of K", rows.detection.by_k()},
       {"alpha_difference", "difference of alpha", rows.detection.by_alpha()},
       {"shorter_segment", "length of the shorter segment [frames]", rows.detection.by_length()}}};
  for (const auto& [name, what, classes] : kinds)
    page_.figure(report::rates_svg(what, rates_of(classes)),
                 fmt::format("Share of true change points found within 10 frames, by {}.", what));
  page_.paragraph(
      "The larger K over the smaller one, and the difference of alpha, of the true segments on both sides; rest: to or "
      "from the immobile state. Whiskers: 95 % intervals (Wilson); n: true change points.");
  for (const auto& [name, what, classes] : kinds)
    add(result, detection_table(fmt::format("track_{}_change_points_by_{}", track, name), what, classes), false);
}

void Report::add_calibration(const ReportedResult& result, int track, const RowAnalysis& rows) {
  page_.subheading("Calibration");
  const Calibration& calibration = rows.calibration;
  if (calibration.coverage.empty())
    return page_.paragraph(
        !rows.has_details
            ? fmt::format("There are no details of this submission in {}: its intervals and probabilities are "
                          "not known.",
                          (result.details / fmt::format("track_{}", track)).string())
            : "No segment of the details belongs to a scored one.");
  add(result, coverage_table(track, calibration));
  page_.paragraph(
      "Of segments paired with a true one. Where a change point was missed, an interval stands for two truths and can "
      "hold one only: well below 90 % in an experiment may be that. Intervals of the methods unet and paper are but the"
      " spread of the network's values over the frames, and paper gives every change point the probability 1.");
  const auto reliability = [&](const char* name, const std::vector<report::ReliabilityBin>& bins, const char* event) {
    page_.figure(report::reliability_svg(name, bins), fmt::format("{} Observed and given differ by {} on average.",
                                                                  event, score_text(calibration_error(bins))));
  };
  reliability("probability of a change point", calibration.change_point,
              "Share of predicted change points with a matching true one within 3 frames.");
  reliability("probability of the state", calibration.state, "Share of paired segments with the true state.");
}

void Report::add_worst_fovs(const ReportedResult& result, int track) {
  if (!fs::exists(result.worst_fovs)) return;
  bool first = true;
  for (const WorstFov& fov : read_worst_fovs(result.worst_fovs)) {
    if (fov.track != track) continue;
    if (first) page_.subheading("The worst fields of view");
    if (first)
      page_.paragraph(
          "Of each experiment the one with the largest sum of 1 - JSC, 1 - F1, MAE of alpha and root MSLE of K; three "
          "experiments, at most 40 trajectories with the most change points missed or made up. Dots: change points.");
    first = false;
    const std::string place = fmt::format("Experiment {}, field of view {}", fov.experiment, fov.fov);
    std::vector<report::DrawnTrajectory> both = fov.truth;
    both.insert(both.end(), fov.prediction.begin(), fov.prediction.end());
    const report::View view = report::view_of(both);
    page_.figure(report::trajectories_svg(fov.truth, view), place + ": the truth.");
    page_.figure(
        report::trajectories_svg(fov.prediction, view),
        fmt::format("{}: the submission. JSC {}, F1 {}, MAE of alpha {}, MSLE of K {}.", place, score_text(fov.jsc_cp),
                    score_text(fov.f1_state), score_text(fov.mae_alpha), score_text(fov.msle_k)));
    page_.end_figures();
  }
}

// The field of view with the most states, of those that the inference put aside.
void Report::add_shown_fov(const ReportedResult& result, int track) {
  std::optional<ShownFov> best;
  std::size_t most = 0;
  for (const auto& [experiment, folder] : experiments_in(result.details, track)) {
    if (!fs::exists(folder / shown_fov_name)) continue;
    ShownFov shown = read_shown_fov(folder / shown_fov_name);
    std::set<DiffusiveState> states;
    for (const report::DrawnTrajectory& trajectory : shown.trajectories)
      states.insert(trajectory.state.begin(), trajectory.state.end());
    if (states.size() <= most) continue;
    most = states.size();
    best = std::move(shown);
  }
  if (!best) return;
  page_.subheading("A field of view");
  page_.figure(report::trajectories_svg(best->trajectories, report::view_of(best->trajectories)),
               fmt::format("Field of view {} of experiment {}: trajectories coloured by the inferred state.", best->fov,
                           best->experiment));
}

void Report::add_track(const ReportedResult& result, int track) {
  const bool is_scored = result.tracks.contains(track);
  if (!is_scored && experiments_in(result.details, track).empty()) return;
  page_.heading((several() ? result.name + ", track " : "Track ") + (track == 1 ? "1: videos" : "2: trajectories"));
  if (is_scored) add_scores(result, track);
  add(result, model_table(track, result.details));
  if (is_scored && result.rows) {
    const RowAnalysis rows = analyse_rows(result, track);
    add_values(rows);
    add_change_points(result, track, rows);
    add_calibration(result, track, rows);
  }
  add_worst_fovs(result, track);
  add_shown_fov(result, track);
}

void Report::add_result(const ReportedResult& result) {
  for (const int track : {2, 1}) add_track(result, track);
  const std::string name = several() ? result.name + ": " : "";
  if (!result.times.empty()) {
    page_.heading(name + (several() ? "timings" : "Timings"));
    add(result, seconds_table(result));
  }
  const auto problems = static_cast<std::int64_t>(result.problems.size()) + result.unlisted_problems;
  if (problems == 0) return;
  page_.heading(fmt::format("{}{} problem{}", name, problems, problems == 1 ? "" : "s"));
  const Table table = problem_table(result);
  add(result, table);
  if (static_cast<std::int64_t>(table.rows.size()) < problems)
    page_.paragraph(fmt::format("The first {} are listed.", table.rows.size()));
}

// Those of an earlier report must not look like a part of this one: what is there in all four forms.
void remove_tables(const fs::path& folder) {
  std::vector<fs::path> texts;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".txt") texts.push_back(entry.path());
  for (fs::path file : texts) {
    const auto forms = {".txt", ".csv", ".md", ".tex"};
    if (std::ranges::all_of(forms, [&](const char* form) { return fs::exists(file.replace_extension(form)); }))
      for (const char* form : forms) fs::remove(file.replace_extension(form));
  }
}

fs::path Report::write(const fs::path& output) {
  for (const ReportedResult& result : results_) {
    if (!result.settings.empty()) page_.paragraph((several() ? result.name + ": " : "") + result.settings);
    if (!result.tracks.empty()) continue;
    page_.paragraph(result.settings.empty() ? "There is no reference to score against."
                                            : result.name + " has no scores: see its problems.");
  }
  if (several()) add_leaderboard();
  for (const ReportedResult& result : results_) add_result(result);
  const fs::path folder = output / "tables";
  io::make_folder(folder);
  remove_tables(folder);
  for (const Table& table : tables_) {
    io::write_file_atomically(folder / (table.name + ".txt"), report::table_text(table));
    io::write_file_atomically(folder / (table.name + ".csv"), report::table_csv(table));
    io::write_file_atomically(folder / (table.name + ".md"), report::table_markdown(table));
    io::write_file_atomically(folder / (table.name + ".tex"), report::table_latex(table));
  }
  const fs::path file = output / "report.html";
  io::write_file_atomically(file, page_.finish());
  return file;
}

}  // namespace

fs::path write_report(const std::vector<fs::path>& folders, const fs::path& output) {
  std::vector<ReportedResult> results;
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(results.begin(), results.end(), [&](const ReportedResult& r) { return r.name == name; });
  };
  for (const Submission& folder : name_submissions(folders))
    for (ReportedResult& result : read_results(folder.folder, folder.name)) {
      result.name = name_not_taken(result.name, is_taken);  // two folders may hold the same submission
      results.push_back(std::move(result));
    }
  return Report(std::move(results)).write(output);
}

ExitCode run_report(const ReportOptions& options, const Config& config, const parallel::Communicator& world) {
  if (!world.is_root()) return ExitCode::done;
  const fs::path output = options.output.empty() ? options.results.front() : options.output;
  if (options.dry_run) {
    fmt::print("{}\n", (output / "report.html").string());
    return ExitCode::done;
  }
  const fs::path file = write_report(options.results, output);
  if (config.run.verbosity >= 0) fmt::print(stderr, "{}\n", file.string());
  return ExitCode::done;
}

}  // namespace an::app
