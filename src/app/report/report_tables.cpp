// SPDX-License-Identifier: MIT
#include "app/report/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "app/items/json_file.hpp"
#include "core/number_text.hpp"
#include "evaluation/challenge_score.hpp"
#include "evaluation/leaderboard.hpp"
#include "report/text_table.hpp"

namespace an::app {

using report::Json;
using report::score_text;
using report::Table;
using report::TableCell;

namespace {

constexpr std::size_t single_metrics = evaluation::single_metric_names.size();

TableCell words(std::string text) { return {std::move(text), false, {}, {}}; }
TableCell whole(std::int64_t number) { return words(std::to_string(number)); }
// A number of a few digits for people, whole for programs.
TableCell number(std::string text, double value) { return {std::move(text), false, {}, shortest_text(value)}; }
TableCell share(std::int64_t part, std::int64_t all) {
  const double value = static_cast<double>(part) / static_cast<double>(all);
  return all > 0 ? number(fmt::format("{:.1f} %", 100 * value), value) : words("-");
}

bool as_good(std::size_t metric, double ours, double other) {
  return evaluation::larger_is_better(score_names()[metric]) ? ours >= other : ours <= other;
}

std::vector<double> values_of(const ExperimentScores& scores) {
  std::vector<double> values;
  for (const report::Estimate& estimate : scores.values) values.push_back(estimate.value);
  return values;
}

// \param published as many, or none
std::vector<TableCell> score_row(std::string name, TableCell trajectories, const std::vector<double>& ours,
                                 const std::vector<double>& published) {
  std::vector<TableCell> row{words(std::move(name)), std::move(trajectories)};
  for (std::size_t m = 0; m < ours.size(); ++m) {
    TableCell cell = report::score_cell(ours[m]);
    if (!published.empty()) {
      cell.bold = as_good(m, ours[m], published[m]);
      cell.beside = score_text(published[m]);
    }
    row.push_back(std::move(cell));
  }
  return row;
}

std::string state_words(const Json& state) {
  if (state.at("immobile").get<bool>()) return "immobile";
  return fmt::format("alpha {:.2f} ± {:.2f}, K {:.3g} ± {:.2g}", state.at("alpha_mean").get<double>(),
                     state.at("alpha_sd").get<double>(), state.at("k_mean").get<double>(),
                     state.at("k_sd").get<double>());
}

std::vector<TableCell> model_row(int experiment, const Json& file) {
  const Json& model = file.at("model");
  std::string states;
  for (const Json& state : model.at("states"))
    if (!state.at("stray").get<bool>()) states += (states.empty() ? "" : "; ") + state_words(state);
  const Json& probability = file.at("weighed").at(0).at("probability");
  const double value = probability.is_number() ? probability.get<double>() : std::nan("");
  return {words(fmt::format("experiment {}", experiment)), words(model.at("phenomenon").get<std::string>()),
          number(score_text(value), value), words(std::move(states))};
}

}  // namespace

Table score_table(int track, const TrackRunScores& scores) {
  Table table{
      fmt::format("track_{}_scores", track), fmt::format("Track {}: scores by experiment", track), {}, {}, "paper"};
  table.header = {"experiment", "trajectories"};
  table.header.insert(table.header.end(), score_titles().begin(), score_titles().end());
  std::vector<double> plain(score_names().size()), defined(plain.size());
  for (const auto& [experiment, ours] : scores.experiments) {
    const std::string name = std::to_string(experiment);
    const std::vector<double> values = values_of(ours);
    table.rows.push_back(score_row(name, whole(ours.trajectories), values, published_scores_of(track, scores, name)));
    for (std::size_t m = 0; m < plain.size(); ++m)
      if (!std::isnan(values[m])) {
        plain[m] += values[m];
        ++defined[m];
      }
  }
  for (std::size_t m = 0; m < plain.size(); ++m) plain[m] /= defined[m];
  table.rows.push_back(score_row("average", whole(scores.average.trajectories), values_of(scores.average),
                                 published_scores_of(track, scores, "average")));
  if (!scores.experiments.empty()) table.rows.push_back(score_row("plain mean", words(""), plain, {}));
  return table;
}

std::vector<report::KeyNumber> average_numbers(int track, const TrackRunScores& scores) {
  const std::vector<double> paper = published_scores_of(track, scores, "average");
  std::vector<report::KeyNumber> numbers;
  for (std::size_t m = 0; m < score_titles().size(); ++m)
    numbers.push_back({score_titles()[m], score_text(scores.average.values[m].value),
                       paper.empty() ? "" : fmt::format("paper {}", score_text(paper[m]))});
  return numbers;
}

Table leaderboard_table(int track, bool ensemble, const std::vector<ReportedResult>& results) {
  const std::size_t first = ensemble ? single_metrics : 0;
  const std::size_t end = ensemble ? score_names().size() : single_metrics;
  const char* const task = ensemble ? "ensemble" : "single trajectories";
  Table table{fmt::format("leaderboard_track_{}_{}", track, ensemble ? "ensemble" : "single"),
              fmt::format("Track {}, {}: value and rank", track, task),
              {"result", "mean reciprocal rank"},
              {},
              "rank"};
  table.header.insert(table.header.end(), score_titles().begin() + static_cast<std::ptrdiff_t>(first),
                      score_titles().begin() + static_cast<std::ptrdiff_t>(end));
  const auto has_track = [track](const ReportedResult& result) { return result.tracks.contains(track); };
  if (std::ranges::none_of(results, has_track)) return table;
  std::vector<const ReportedResult*> scored;  // those that lack the track come last
  for (const ReportedResult& result : results)
    if (!result.scored_by.empty()) scored.push_back(&result);
  const auto value_of = [&](const ReportedResult& result, std::size_t m) {
    return has_track(result) ? result.tracks.at(track).average.values[m].value : std::nan("");
  };
  std::vector<std::vector<std::size_t>> ranks;
  for (std::size_t m = first; m < end; ++m) {
    std::vector<double> values;
    for (const ReportedResult* result : scored) values.push_back(value_of(*result, m));
    ranks.push_back(evaluation::ranks(values, evaluation::larger_is_better(score_names()[m])));
  }
  const std::vector<double> reciprocal = evaluation::mean_reciprocal_ranks(ranks);
  std::vector<std::size_t> order(scored.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return reciprocal[a] > reciprocal[b]; });
  for (const std::size_t s : order) {
    std::vector<TableCell> row{words(scored[s]->name), report::score_cell(reciprocal[s])};
    for (std::size_t m = first; m < end; ++m) {
      const std::size_t rank = ranks[m - first][s];
      TableCell cell = report::score_cell(value_of(*scored[s], m));
      cell.bold = rank == 1;
      cell.beside = std::to_string(rank);
      row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table model_table(int track, const std::filesystem::path& details) {
  Table table{fmt::format("track_{}_models", track),
              fmt::format("Track {}: inferred models", track),
              {"experiment", "phenomenon", "probability", "states (mean ± standard deviation)"},
              {},
              {}};
  for (const auto& entry : experiments_in(details, track)) {
    const std::filesystem::path file = entry.second / "model.json";
    const int experiment = entry.first;
    if (std::filesystem::exists(file))
      table.rows.push_back(use_json(file, [experiment](const Json& json) { return model_row(experiment, json); }));
  }
  return table;
}

Table detection_table(const std::string& name, const std::string& what, const std::vector<DetectionClass>& classes) {
  Table table{name, "Change points by " + what, {what, "true", "found", "share found", "RMSE of those found"}, {}, {}};
  for (const DetectionClass& c : classes) {
    const double rmse = c.found > 0 ? std::sqrt(c.sum_squares / static_cast<double>(c.found)) : std::nan("");
    table.rows.push_back(
        {words(c.label), whole(c.count), whole(c.found), share(c.found, c.count), report::score_cell(rmse)});
  }
  return table;
}

Table coverage_table(int track, const Calibration& calibration) {
  Table table{fmt::format("track_{}_intervals", track),
              fmt::format("Track {}: how often 90 % intervals hold the truth", track),
              {"experiment", "segments", "alpha held", "K held"},
              {},
              {}};
  Coverage all;
  const auto add_row = [&](std::string name, const Coverage& c) {
    table.rows.push_back(
        {words(std::move(name)), whole(c.segments), share(c.alpha_held, c.segments), share(c.k_held, c.segments)});
  };
  for (const auto& [experiment, c] : calibration.coverage) {
    add_row(std::to_string(experiment), c);
    all.segments += c.segments;
    all.alpha_held += c.alpha_held;
    all.k_held += c.k_held;
  }
  if (calibration.coverage.size() > 1) add_row("all", all);
  return table;
}

Table seconds_table(const ReportedResult& result) {
  Table table{"seconds", "Seconds", {"step", "ranks", "s"}, {}, {}};
  for (const StepTime& time : result.times)
    table.rows.push_back(
        {words(time.step), whole(time.ranks), number(fmt::format("{:.2f}", time.seconds), time.seconds)});
  return table;
}

Table problem_table(const ReportedResult& result) {
  constexpr std::size_t most = 50;
  Table table{"problems", "Problems", {"file", "line", "what", "cost"}, {}, {}};
  for (std::size_t i = 0; i < std::min(most, result.problems.size()); ++i) {
    const Json& problem = result.problems[i];
    const auto text = [&](const char* key) {
      if (!problem.contains(key)) return words("");
      return words(problem.at(key).is_string() ? problem.at(key).get<std::string>() : problem.at(key).dump());
    };
    table.rows.push_back({text("file"), text("line"), text("what"), text("cost")});
  }
  return table;
}

}  // namespace an::app
