// SPDX-License-Identifier: MIT
#include "app/report_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "app/json_file.hpp"
#include "app/prediction_files.hpp"
#include "app/prediction_plan.hpp"
#include "evaluation/changepoint_metrics.hpp"
#include "io/atomic_file.hpp"
#include "io/result_columns.hpp"
#include "report/figures.hpp"
#include "report/html_page.hpp"
#include "report/json_text.hpp"
#include "report/published_scores.hpp"
#include "report/text_table.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::HtmlPage;
using report::Json;
using report::score_text;

namespace {

constexpr std::array<const char*, 7> metrics{"rmse_cp",  "jsc_cp",   "mae_alpha", "msle_k",
                                             "f1_state", "w1_alpha", "w1_k"};
constexpr std::size_t single_metrics = 5;

// Scores by experiment, 0 for the average.
struct Scores {
  std::int64_t trajectories = 0;
  std::array<double, 7> values;

  Scores() { values.fill(std::nan("")); }
};
using TrackScoreTable = std::map<int, Scores>;

double number_of(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto text = json.get<std::string>();
  return text == "inf" ? INFINITY : text == "-inf" ? -INFINITY : std::nan("");
}

void take_scores(const Json& from, std::size_t first, std::size_t end, Scores& scores) {
  for (std::size_t m = first; m < end; ++m)
    if (from.contains(metrics[m])) scores.values[m] = number_of(from.at(metrics[m]));
}

TrackScoreTable scores_of(const Json& track) {
  TrackScoreTable table;
  const auto take = [&](const char* task, std::size_t first, std::size_t end) {
    if (!track.contains(task)) return;
    const Json& part = track.at(task);
    if (part.contains("global")) take_scores(part.at("global"), first, end, table[0]);
    if (!part.contains("experiments")) return;
    for (const Json& experiment : part.at("experiments")) {
      Scores& scores = table[experiment.at("experiment").get<int>()];
      take_scores(experiment, first, end, scores);
      if (experiment.contains("trajectories")) scores.trajectories = experiment.at("trajectories").get<std::int64_t>();
    }
  };
  take("single", 0, single_metrics);
  take("ensemble", single_metrics, metrics.size());
  return table;
}

std::vector<std::string> score_row(std::string name, std::string trajectories, const std::array<double, 7>& ours,
                                   const std::array<double, 7>* published) {
  std::vector<std::string> row{std::move(name), std::move(trajectories)};
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    std::string text = score_text(ours[m]);
    if (published != nullptr) {
      const bool larger = m == 1 || m == 4;
      if (larger ? ours[m] >= (*published)[m] : ours[m] <= (*published)[m]) text.insert(0, 1, '*');
      text += fmt::format(" ({})", score_text((*published)[m]));
    }
    row.push_back(std::move(text));
  }
  return row;
}

void add_score_table(HtmlPage& page, int track, TrackScoreTable table) {
  const Scores average = table[0];
  table.erase(0);
  const auto published = report::published_scores(track);
  const auto published_of = [&](int experiment) -> const std::array<double, 7>* {
    const auto at = std::find_if(published.begin(), published.end(),
                                 [&](const report::PublishedRow& row) { return row.experiment == experiment; });
    return at == published.end() ? nullptr : &at->scores;
  };
  const bool all_published =
      std::all_of(table.begin(), table.end(), [&](const auto& entry) { return published_of(entry.first) != nullptr; });
  std::vector<std::vector<std::string>> rows;
  Scores plain;
  plain.values.fill(0);
  std::int64_t trajectories = 0;
  for (const auto& [experiment, scores] : table) {
    rows.push_back(score_row(fmt::format("experiment {}", experiment), std::to_string(scores.trajectories),
                             scores.values, published_of(experiment)));
    trajectories += scores.trajectories;
    for (std::size_t m = 0; m < metrics.size(); ++m)
      plain.values[m] += scores.values[m] / static_cast<double>(table.size());
  }
  rows.push_back(score_row("the challenge's average", std::to_string(trajectories), average.values,
                           all_published && table.size() + 1 == published.size() ? published_of(0) : nullptr));
  rows.push_back(score_row("plain mean", "", plain.values, nullptr));
  page.table({fmt::format("Track {}", track), "trajectories", "RMSE CP", "JSC CP", "MAE alpha", "MSLE K", "F1 state",
              "W1 alpha", "W1 K"},
             rows);
  page.paragraph(
      "In brackets: the AnomalousNet paper's score on the challenge's experiment of that number, which is another "
      "realisation where this benchmark was simulated; bold where ours is as good or better.");
}

// The paired segments and matched change points of one track, of the first submission.
class TrackPairs {
 public:
  TrackPairs(const io::ResultColumns& results, int track) {
    const std::vector<double> submission = results.numbers("/trajectories/submission");
    const std::vector<double> tracks = results.numbers("/trajectories/track");
    const std::vector<double> of_segment = results.numbers("/segments/trajectory");
    const auto column = [&](const char* name) { return results.numbers(fmt::format("/segments/{}", name)); };
    const std::vector<double> all_alpha = column("alpha_true"), all_alpha_found = column("alpha_predicted"),
                              all_k = column("k_true"), all_k_found = column("k_predicted"),
                              all_state = column("state_true"), all_state_found = column("state_predicted"),
                              all_found = column("segment_predicted");
    for (std::size_t i = 0; i < of_segment.size(); ++i) {
      const auto trajectory = static_cast<std::size_t>(of_segment[i]);
      if (submission.at(trajectory) != 0 || tracks.at(trajectory) != track || all_found[i] < 0) continue;
      alpha_true.push_back(all_alpha[i]);
      alpha_predicted.push_back(all_alpha_found[i]);
      k_true.push_back(all_k[i]);
      k_predicted.push_back(all_k_found[i]);
      const auto is_state = [](double state) { return state >= 0 && state <= 3; };
      if (is_state(all_state[i]) && is_state(all_state_found[i]))
        ++states[static_cast<std::size_t>(all_state[i])][static_cast<std::size_t>(all_state_found[i])];
    }
    const auto error_column = [&](const char* name) {
      return results.numbers(fmt::format("/change_point_errors/{}", name));
    };
    const std::vector<double> submissions = error_column("submission"), error_tracks = error_column("track"),
                              error = error_column("error"), count = error_column("change_points");
    constexpr std::int64_t middle = evaluation::changepoint_threshold - 1;
    for (std::size_t i = 0; i < error.size(); ++i)
      if (submissions[i] == 0 && error_tracks[i] == track)
        errors.at(static_cast<std::size_t>(static_cast<std::int64_t>(error[i]) + middle)) +=
            static_cast<std::int64_t>(count[i]);
  }

  std::vector<double> alpha_true, alpha_predicted, k_true, k_predicted;
  report::StateCounts states{};
  evaluation::ChangePointErrors errors{};
};

void add_figures(HtmlPage& page, const io::ResultColumns& results, int track) {
  const TrackPairs pairs(results, track);
  page.figure(report::heat_map_svg({"alpha", 0, 2, false}, pairs.alpha_true, pairs.alpha_predicted),
              "alpha of paired segments; darker: more, by the logarithm.");
  page.figure(report::heat_map_svg({"K [px²/frame^alpha]", 1e-3, 100, true}, pairs.k_true, pairs.k_predicted),
              "K of paired segments, on logarithmic axes; smaller values are drawn at the edge.");
  page.figure(report::histogram_svg("error of a change point [frames]",
                                    1 - static_cast<int>(pairs.errors.size() + 1) / 2, pairs.errors),
              "Matched change points: predicted less true.");
  page.figure(report::confusion_svg(pairs.states), "States of paired segments, in percent of the true state.");
}

void add_models(HtmlPage& page, const fs::path& details, int track) {
  std::map<int, fs::path> folders;
  const fs::path all = details / fmt::format("track_{}", track);
  if (!fs::is_directory(all)) return;
  for (const auto& entry : fs::directory_iterator(all))
    if (fs::exists(entry.path() / "model.json"))
      if (const std::optional<int> number = number_in(entry.path().filename().string(), "exp_", ""))
        folders[*number] = entry.path();
  if (folders.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const auto& [place, folder] : folders) {
    const int number = place;  // clang 14 captures no structured binding
    use_json(folder / "model.json", [&, number](const Json& model) {
      std::string states;
      for (const Json& state : model.at("model").at("states")) {
        if (state.at("stray").get<bool>()) continue;
        if (!states.empty()) states += "; ";
        if (state.at("immobile").get<bool>())
          states += "immobile";
        else
          states += fmt::format("alpha {:.2f} ± {:.2f}, K {:.3g} ± {:.2g}", state.at("alpha_mean").get<double>(),
                                state.at("alpha_sd").get<double>(), state.at("k_mean").get<double>(),
                                state.at("k_sd").get<double>());
      }
      rows.push_back({fmt::format("experiment {}", number), model.at("model").at("phenomenon").get<std::string>(),
                      fmt::format("{:.3f}", number_of(model.at("weighed").at(0).at("probability"))), states});
    });
  }
  page.table({"Inferred models", "phenomenon", "probability", "states (mean ± standard deviation)"}, rows);
}

void add_shown_fov(HtmlPage& page, const fs::path& details, int track) {
  std::optional<ShownFov> best;
  std::size_t most = 0;
  const fs::path all = details / fmt::format("track_{}", track);
  if (!fs::is_directory(all)) return;
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(all))
    if (fs::exists(entry.path() / shown_fov_name)) files.insert(entry.path() / shown_fov_name);
  for (const fs::path& file : files) {
    ShownFov shown = read_shown_fov(file);
    std::set<DiffusiveState> states;
    for (const report::DrawnTrajectory& trajectory : shown.trajectories)
      states.insert(trajectory.state.begin(), trajectory.state.end());
    if (states.size() <= most) continue;
    most = states.size();
    best = std::move(shown);
  }
  if (best)
    page.figure(report::trajectories_svg(best->trajectories),
                fmt::format("Field of view {} of experiment {}: trajectories coloured by the inferred state.",
                            best->fov, best->experiment));
}

std::string settings_text(const Json& summary) {
  const Json& program = summary.at("program");
  const Json& score = summary.at("config").at("score");
  return fmt::format("anomalousnet {} ({}), rules: {}.", program.at("version").get<std::string>(),
                     program.at("git").get<std::string>().substr(0, 12), score.at("rules").get<std::string>());
}

using Rows = std::vector<std::vector<std::string>>;

Rows problem_rows(const Json& problems) {
  constexpr std::size_t most = 50;
  Rows rows;
  for (std::size_t i = 0; i < std::min(most, problems.size()); ++i) {
    const Json& problem = problems[i];
    const auto text = [&](const char* key) {
      if (!problem.contains(key)) return std::string();
      return problem.at(key).is_string() ? problem.at(key).get<std::string>() : problem.at(key).dump();
    };
    rows.push_back({text("file"), text("line"), text("what"), text("cost")});
  }
  return rows;
}

}  // namespace

fs::path write_report(const fs::path& results) {
  const fs::path summary_file = results / "summary.json";
  const fs::path details =
      fs::is_directory(results / "submission") ? results / "submission" / "details" : results / "details";
  const bool has_scores = fs::exists(summary_file);
  if (!has_scores && !fs::is_directory(details))
    throw InputError(results, "holds neither summary.json nor the details of a submission: nothing to report");
  HtmlPage page("anomalousnet: results on a benchmark of the 2nd AnDi Challenge");
  std::map<int, TrackScoreTable> tracks;
  std::optional<io::ResultColumns> columns;
  Rows problems;
  std::size_t problem_count = 0;
  if (has_scores) {
    use_json(summary_file, [&](const Json& json) {
      page.paragraph(settings_text(json));
      for (const int track : {1, 2})
        if (const std::string key = std::to_string(track); json.at("tracks").contains(key))
          tracks[track] = scores_of(json.at("tracks").at(key));
      problem_count = json.at("problems").size();
      problems = problem_rows(json.at("problems"));
    });
    if (fs::exists(results / "results.h5")) columns.emplace(results / "results.h5");
  } else {
    page.paragraph("There is no reference to score against.");
  }
  for (const int track : {2, 1}) {
    const bool is_scored = tracks.contains(track);
    const bool is_inferred = fs::is_directory(details / fmt::format("track_{}", track));
    if (!is_scored && !is_inferred) continue;
    page.heading(track == 1 ? "Track 1: videos" : "Track 2: trajectories");
    if (is_scored) add_score_table(page, track, tracks.at(track));
    if (is_inferred) add_models(page, details, track);
    if (is_scored && columns) add_figures(page, *columns, track);
    if (is_inferred) add_shown_fov(page, details, track);
  }
  if (problem_count > 0) {
    page.heading(fmt::format("{} problems", problem_count));
    page.table({"file", "line", "what", "cost"}, problems);
  }
  const fs::path file = results / "report.html";
  io::write_file_atomically(file, page.finish());
  return file;
}

ExitCode run_report(const ReportOptions& options, const Config& config, const parallel::Communicator& world) {
  if (!world.is_root()) return ExitCode::done;
  for (const fs::path& results : options.results) {
    if (options.dry_run) {
      fmt::print("{}\n", (results / "report.html").string());
      continue;
    }
    const fs::path file = write_report(results);
    if (config.run.verbosity >= 0) fmt::print(stderr, "{}\n", file.string());
  }
  return ExitCode::done;
}

}  // namespace an::app
