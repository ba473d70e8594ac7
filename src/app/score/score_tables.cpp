// SPDX-License-Identifier: MIT
#include "app/score/score_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/run/run_scores.hpp"
#include "core/error.hpp"
#include "report/comparison.hpp"
#include "report/text_table.hpp"

namespace an::app {

using report::Cell;
using report::score_text;
using report::TextTable;

namespace {

// All seven scores of an experiment or an average, NaN where a task has none.
std::vector<double> seven(const evaluation::SingleScores* single, const evaluation::EnsembleScores* ensemble) {
  std::vector<double> scores(score_titles().size(), std::nan(""));
  if (single != nullptr) std::copy(single->begin(), single->end(), scores.begin());
  if (ensemble != nullptr) std::copy(ensemble->begin(), ensemble->end(), scores.begin() + 5);
  return scores;
}

// The best value of each column, as shown: values that look the same are all the best.
std::vector<std::string> best_of(const std::vector<std::vector<double>>& rows) {
  std::vector<std::string> best;
  for (std::size_t c = 0; c < score_titles().size(); ++c) {
    const bool larger = evaluation::larger_is_better(score_names()[c]);
    double value = std::nan("");
    for (const auto& row : rows)
      if (std::isnan(value) || (larger ? row[c] > value : row[c] < value)) value = row[c];
    best.push_back(score_text(value));
  }
  return best;
}

std::string track_table(const PlannedTrack& planned, const TrackScores& track, bool ansi) {
  const bool has_single = track.single_status != TaskStatus::stopped;
  std::vector<std::vector<double>> rows;
  for (std::size_t e = 0; e < planned.experiments.size(); ++e)
    rows.push_back(seven(track.single_experiments.empty() ? nullptr : &track.single_experiments[e].scores,
                         track.ensemble_experiments.empty() ? nullptr : &track.ensemble_experiments[e]));
  std::vector<std::string> header{fmt::format("Track {}", planned.number), "trajectories"};
  header.insert(header.end(), score_titles().begin(), score_titles().end());
  TextTable table(header);
  const auto best = best_of(rows);
  std::int64_t all = 0;
  for (std::size_t e = 0; e < rows.size(); ++e) {
    const std::int64_t trajectories = track.single_experiments.empty() ? 0 : track.single_experiments[e].trajectories;
    all += trajectories;
    std::vector<Cell> cells{{fmt::format("exp {}", planned.experiments[e].number)}, {std::to_string(trajectories)}};
    for (std::size_t c = 0; c < rows[e].size(); ++c) {
      const std::string text = score_text(rows[e][c]);
      cells.push_back({text, rows.size() > 1 && text != "-" && text == best[c]});
    }
    table.add_row(std::move(cells));
  }
  table.add_rule();
  std::vector<Cell> average{{"average"}, {std::to_string(all)}};
  for (const double score : seven(has_single ? &track.single : nullptr, &track.ensemble))
    average.push_back({score_text(score)});
  table.add_row(std::move(average));
  std::string text = table.text(ansi);
  if (track.single_status == TaskStatus::aborted)
    text += "single-trajectory task given up, with the challenge's penalties; see the problems\n";
  if (track.ensemble_status == TaskStatus::aborted)
    text += "ensemble task given up, with the challenge's penalties; see the problems\n";
  return text;
}

}  // namespace

std::string experiment_tables(const ScorePlan& plan, const SubmissionScores& scores, bool ansi) {
  std::string text;
  for (std::size_t t = 0; t < plan.tracks.size(); ++t)
    if (scores.tracks[t].submitted) text += track_table(plan.tracks[t], scores.tracks[t], ansi) + "\n";
  return text;
}

std::string interval_text(const ScorePlan& plan, const SubmissionScores& scores, const SubmissionIntervals& intervals,
                          double confidence) {
  std::string text;
  const auto add = [&](std::string_view metric, double value, const evaluation::Interval& interval) {
    text += fmt::format("  {:<10} {:>8}  [{}, {}]\n", metric, score_text(value), score_text(interval.low),
                        score_text(interval.high));
  };
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    const TrackIntervals& track = intervals.tracks[t];
    if (track.single.empty() && track.ensemble.empty()) continue;
    text += fmt::format("Track {}: average and its {} over fields of view\n", plan.tracks[t].number,
                        report::interval_name(confidence));
    for (std::size_t m = 0; m < track.single.size(); ++m)
      add(evaluation::single_metric_names[m], scores.tracks[t].single[m], track.single[m]);
    for (std::size_t m = 0; m < track.ensemble.size(); ++m)
      add(evaluation::ensemble_metric_names[m], scores.tracks[t].ensemble[m], track.ensemble[m]);
    if (track.ensemble.empty())
      text += "  no intervals of w1: they need the reference's ens_labs_fov_*.txt files and a scored ensemble task\n";
    text += "\n";
  }
  return text;
}

std::string leaderboard_text(const ScorePlan& plan, const std::vector<TaskRanking>& rankings, bool ansi) {
  std::string text;
  for (const TaskRanking& ranking : rankings) {
    std::vector<std::string> header{fmt::format("Track {}, {}", ranking.track, ranking.task), "MRR"};
    header.insert(header.end(), ranking.metrics.begin(), ranking.metrics.end());
    TextTable table(header);
    std::vector<std::size_t> order(plan.submissions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return ranking.mean_reciprocal_rank[a] > ranking.mean_reciprocal_rank[b];
    });
    for (const std::size_t s : order) {
      std::vector<Cell> cells{{plan.submissions[s].name}, {score_text(ranking.mean_reciprocal_rank[s])}};
      for (std::size_t m = 0; m < ranking.metrics.size(); ++m)
        cells.push_back(
            {fmt::format("{} ({})", score_text(ranking.values[m][s]), ranking.ranks[m][s]), ranking.ranks[m][s] == 1});
      table.add_row(std::move(cells));
    }
    text += table.text(ansi) + "\n";
  }
  return text;
}

std::string problem_text(const SubmissionScores& scores, std::size_t most) {
  const std::size_t all = scores.problems.size() + scores.unlisted_problems;
  if (all == 0) return {};
  std::string text = fmt::format("{}: {} problem{}\n", scores.name, all, all == 1 ? "" : "s");
  const std::size_t shown = std::min(most, scores.problems.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const ListedProblem& problem = scores.problems[i];
    text += "  " + InputProblem{problem.file, problem.line, problem.column, problem.what}.text();
    if (!problem.cost.empty() && problem.cost != "none") text += fmt::format(" [cost: {}]", problem.cost);
    text += '\n';
  }
  if (all > shown)
    text += fmt::format("  ... and {} more, {}\n", all - shown,
                        shown < scores.problems.size() ? "see summary.json" : "score.problems lists more");
  return text;
}

}  // namespace an::app
