// SPDX-License-Identifier: MIT
#include "app/run/run_scores.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/items/json_file.hpp"
#include "core/error.hpp"
#include "evaluation/challenge_score.hpp"
#include "io/array_reader.hpp"
#include "report/published_tables.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Estimate;
using report::Json;

namespace {

constexpr std::size_t single_metrics = evaluation::single_metric_names.size();

void take_scores(const Json& from, const Json& intervals, std::size_t first, std::size_t end,
                 ExperimentScores& scores) {
  for (std::size_t m = first; m < end; ++m) {
    const std::string& name = score_names()[m];
    if (from.contains(name)) scores.values[m].value = report::number_of(from.at(name));
    if (!intervals.contains(name)) continue;
    scores.values[m].low = report::number_of(intervals.at(name).at(0));
    scores.values[m].high = report::number_of(intervals.at(name).at(1));
  }
}

void take_task(const Json& task, std::size_t first, std::size_t end, TrackRunScores& scores) {
  const auto intervals_of = [](const Json& json) { return json.value("intervals", Json::object()); };
  take_scores(task.at("global"), intervals_of(task), first, end, scores.average);
  for (const Json& experiment : task.at("experiments")) {
    ExperimentScores& taken = scores.experiments[report::index_of(experiment.at("experiment"))];
    take_scores(experiment, intervals_of(experiment), first, end, taken);
    if (experiment.contains("model")) taken.model = experiment.at("model").get<std::string>();
    if (experiment.contains("trajectories")) taken.trajectories = report::count_of(experiment.at("trajectories"));
  }
}

void drop_intervals(ExperimentScores& scores) {
  for (Estimate& e : scores.values) e = Estimate{e.value};
}

// One field of view drawn again and again is always the same.
void drop_empty_intervals(const fs::path& file, int track, TrackRunScores& scores) {
  const io::ArrayReader columns(file);
  const std::vector<double> tracks = columns.doubles("/fields_of_view/track");
  const std::vector<double> experiments = columns.doubles("/fields_of_view/experiment");
  if (tracks.size() != experiments.size())
    throw InputError(file,
                     fmt::format("/fields_of_view: {} tracks and {} experiments", tracks.size(), experiments.size()));
  std::map<double, std::size_t> fovs;
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (tracks[i] == track) ++fovs[experiments[i]];
  bool any = false;
  for (auto& [number, experiment] : scores.experiments) {
    if (fovs[number] > 1) continue;
    drop_intervals(experiment);
    any = true;
  }
  if (any) drop_intervals(scores.average);
}

}  // namespace

const std::vector<std::string>& score_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all(evaluation::single_metric_names.begin(), evaluation::single_metric_names.end());
    all.insert(all.end(), evaluation::ensemble_metric_names.begin(), evaluation::ensemble_metric_names.end());
    return all;
  }();
  return names;
}

const std::vector<std::string>& score_titles() {
  static const std::vector<std::string> titles{"RMSE CP",  "JSC CP",   "MAE alpha", "MSLE K",
                                               "F1 state", "W1 alpha", "W1 K"};
  return titles;
}

const std::vector<report::ComparisonColumn>& score_columns() {
  static const std::vector<report::ComparisonColumn> columns = [] {
    std::vector<report::ComparisonColumn> all;
    for (std::size_t m = 0; m < score_titles().size(); ++m)
      all.push_back({score_names()[m], score_titles()[m],
                     evaluation::larger_is_better(score_names()[m]) ? report::Better::larger : report::Better::smaller,
                     3});
    return all;
  }();
  return columns;
}

TrackRunScores track_scores(const Json& track) {
  TrackRunScores scores;
  take_task(track.at("single"), 0, single_metrics, scores);
  take_task(track.at("ensemble"), single_metrics, score_names().size(), scores);
  for (const auto& [number, experiment] : scores.experiments) scores.average.trajectories += experiment.trajectories;
  return scores;
}

std::vector<double> published_scores_of(int track, const TrackRunScores& scores, const std::string& row) {
  const report::PublishedTable& table = report::published_scores(track);
  const auto& mine = scores.experiments;
  const bool whole = mine.size() + 1 == table.rows.size();
  const auto is_the_papers = [&](const auto& entry) {
    const std::string number = std::to_string(entry.first);
    return table.has(number) && (entry.second.model.empty() ? whole : entry.second.model == table.model(number));
  };
  if (!std::ranges::all_of(mine, is_the_papers) || (!whole && row == "average")) return {};
  return table.values(row, score_names());
}

std::optional<TrackRunScores> read_run_scores(const fs::path& results, int track) {
  std::optional<TrackRunScores> scores;
  use_json(results / "summary.json", [&](const Json& summary) {
    const std::string key = std::to_string(track);
    if (summary.at("tracks").contains(key)) scores = track_scores(summary.at("tracks").at(key));
  });
  if (scores) drop_empty_intervals(results / "results.h5", track, *scores);
  return scores;
}

}  // namespace an::app
