// SPDX-License-Identifier: MIT
#include "app/score/score_comparison.hpp"

#include <limits>

#include "app/score/ensemble_bootstrap.hpp"
#include "evaluation/leaderboard.hpp"

namespace an::app {

using evaluation::Interval;
using report::Json;

namespace {

// [metric][sample] of samples given as [sample][metric].
template <class Scores>
std::vector<std::vector<double>> by_metric(const std::vector<Scores>& samples) {
  std::vector<std::vector<double>> columns(Scores{}.size());
  for (const Scores& sample : samples)
    for (std::size_t m = 0; m < columns.size(); ++m) columns[m].push_back(sample[m]);
  return columns;
}

std::vector<Interval> intervals_of(const std::vector<std::vector<double>>& samples_by_metric, double confidence) {
  std::vector<Interval> intervals;
  for (const auto& samples : samples_by_metric)
    intervals.push_back(evaluation::percentile_interval(samples, confidence));
  return intervals;
}

void bootstrap_single_task(const TrackScores& track, evaluation::Rules rules,
                           const evaluation::BootstrapOptions& options, TrackIntervals& intervals) {
  std::vector<std::vector<evaluation::ScoreSums>> fovs;
  for (const ExperimentSingle& experiment : track.single_experiments) fovs.push_back(experiment.fov_sums);
  const auto resamples = evaluation::bootstrap_single(fovs, rules, options);
  intervals.single_samples = by_metric(resamples.global);
  intervals.single = intervals_of(intervals.single_samples, options.confidence);
  for (const auto& experiment : resamples.experiments)
    intervals.single_experiments.push_back(intervals_of(by_metric(experiment), options.confidence));
}

}  // namespace

std::vector<SubmissionIntervals> bootstrap_all(const ScorePlan& plan, const ScoreResults& results,
                                               const evaluation::BootstrapOptions& options) {
  std::vector<SubmissionIntervals> all;
  for (std::size_t s = 0; s < results.submissions.size(); ++s) {
    SubmissionIntervals& submission = all.emplace_back();
    for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
      const TrackScores& track = results.submissions[s].tracks[t];
      TrackIntervals& intervals = submission.tracks.emplace_back();
      if (!track.submitted || results.submissions[s].stopped()) continue;
      if (track.single_status == TaskStatus::scored) bootstrap_single_task(track, plan.rules.rules, options, intervals);
      if (track.ensemble_status != TaskStatus::scored) continue;
      const auto experiments = bootstrap_ensemble(plan, s, t, options);
      if (experiments.empty()) continue;
      std::vector<evaluation::EnsembleScores> global(options.resamples);
      for (std::size_t r = 0; r < options.resamples; ++r) {
        std::vector<evaluation::EnsembleScores> scores;
        for (const auto& experiment : experiments) scores.push_back(experiment[r]);
        global[r] = evaluation::plain_mean(scores);
      }
      intervals.ensemble_samples = by_metric(global);
      intervals.ensemble = intervals_of(intervals.ensemble_samples, options.confidence);
      for (const auto& experiment : experiments)
        intervals.ensemble_experiments.push_back(intervals_of(by_metric(experiment), options.confidence));
    }
  }
  return all;
}

namespace {

constexpr double no_score = std::numeric_limits<double>::quiet_NaN();

template <class Names, class Value>
TaskRanking rank_task(int track, const char* task, const Names& names, const ScoreResults& results,
                      const Value& value) {
  TaskRanking ranking{track, task, {}, {}, {}, {}};
  for (std::size_t m = 0; m < names.size(); ++m) {
    std::vector<double> values;
    for (const SubmissionScores& submission : results.submissions) values.push_back(value(submission, m));
    ranking.metrics.emplace_back(names[m]);
    ranking.ranks.push_back(evaluation::ranks(values, evaluation::larger_is_better(names[m])));
    ranking.values.push_back(std::move(values));
  }
  ranking.mean_reciprocal_rank = evaluation::mean_reciprocal_ranks(ranking.ranks);
  return ranking;
}

}  // namespace

std::vector<TaskRanking> rank_submissions(const ScorePlan& plan, const ScoreResults& results) {
  std::vector<TaskRanking> rankings;
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    const auto usable = [t](const SubmissionScores& s) { return s.tracks[t].submitted && !s.stopped(); };
    rankings.push_back(rank_task(
        plan.tracks[t].number, "single", evaluation::single_metric_names, results,
        [&](const SubmissionScores& s, std::size_t m) { return usable(s) ? s.tracks[t].single[m] : no_score; }));
    rankings.push_back(rank_task(
        plan.tracks[t].number, "ensemble", evaluation::ensemble_metric_names, results,
        [&](const SubmissionScores& s, std::size_t m) { return usable(s) ? s.tracks[t].ensemble[m] : no_score; }));
  }
  return rankings;
}

namespace {

// The differences of a metric between each two submissions that have samples of it.
Json differences_json(const ScorePlan& plan, const std::string& metric, std::size_t m, bool single, std::size_t t,
                      const std::vector<SubmissionIntervals>& intervals, double confidence) {
  Json list = Json::array();
  const auto samples = [&](std::size_t s) -> const std::vector<std::vector<double>>& {
    return single ? intervals[s].tracks[t].single_samples : intervals[s].tracks[t].ensemble_samples;
  };
  for (std::size_t a = 0; a < intervals.size(); ++a)
    for (std::size_t b = a + 1; b < intervals.size(); ++b) {
      if (samples(a).empty() || samples(b).empty()) continue;
      const auto difference = evaluation::paired_difference(samples(a)[m], samples(b)[m], confidence);
      Json entry;
      entry["metric"] = metric;
      entry["first"] = plan.submissions[a].name;
      entry["second"] = plan.submissions[b].name;
      entry["interval"] = {difference.interval.low, difference.interval.high};
      entry["p_value"] = difference.p_value;
      entry["significant"] = difference.significant;
      list.push_back(std::move(entry));
    }
  return list;
}

}  // namespace

Json leaderboard_json(const ScorePlan& plan, const std::vector<TaskRanking>& rankings,
                      const std::vector<SubmissionIntervals>& intervals, double confidence) {
  Json board = Json::array();
  for (std::size_t i = 0; i < rankings.size(); ++i) {
    const TaskRanking& ranking = rankings[i];
    Json task;
    task["track"] = ranking.track;
    task["task"] = ranking.task;
    task["submissions"] = Json::array();
    for (std::size_t s = 0; s < plan.submissions.size(); ++s) {
      Json entry;
      entry["name"] = plan.submissions[s].name;
      entry["mean_reciprocal_rank"] = ranking.mean_reciprocal_rank[s];
      for (std::size_t m = 0; m < ranking.metrics.size(); ++m)
        entry[ranking.metrics[m]] = {{"value", ranking.values[m][s]}, {"rank", ranking.ranks[m][s]}};
      task["submissions"].push_back(std::move(entry));
    }
    if (!intervals.empty()) {
      task["differences"] = Json::array();
      for (std::size_t m = 0; m < ranking.metrics.size(); ++m)
        for (const Json& entry :
             differences_json(plan, ranking.metrics[m], m, ranking.task == "single", i / 2, intervals, confidence))
          task["differences"].push_back(entry);
    }
    board.push_back(std::move(task));
  }
  return board;
}

}  // namespace an::app
