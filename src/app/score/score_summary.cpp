// SPDX-License-Identifier: MIT
#include "app/score/score_summary.hpp"

#include <fmt/format.h>

#include "core/number_text.hpp"

namespace an::app {

using report::Json;

namespace {

template <class Names, class Scores>
void put_scores(Json& json, const Names& names, const Scores& scores) {
  for (std::size_t m = 0; m < names.size(); ++m) json[std::string(names[m])] = scores[m];
}

template <class Names>
Json intervals_json(const Names& names, const std::vector<evaluation::Interval>& intervals) {
  Json json = Json::object();
  for (std::size_t m = 0; m < names.size(); ++m) json[std::string(names[m])] = {intervals[m].low, intervals[m].high};
  return json;
}

const char* status_text(TaskStatus status) {
  return status == TaskStatus::scored ? "scored" : status == TaskStatus::aborted ? "given up" : "stopped";
}

Json single_json(const PlannedTrack& planned, const TrackScores& track, const TrackIntervals* intervals) {
  Json single;
  single["status"] = status_text(track.single_status);
  single["global"] = Json::object();
  if (track.single_status != TaskStatus::stopped)
    put_scores(single["global"], evaluation::single_metric_names, track.single);
  const bool with_intervals = intervals != nullptr && !intervals->single.empty();
  if (with_intervals) single["intervals"] = intervals_json(evaluation::single_metric_names, intervals->single);
  single["experiments"] = Json::array();
  for (std::size_t e = 0; e < track.single_experiments.size(); ++e) {
    Json experiment;
    experiment["experiment"] = planned.experiments[e].number;
    experiment["trajectories"] = track.single_experiments[e].trajectories;
    if (!track.models[e].empty()) experiment["model"] = track.models[e];
    put_scores(experiment, evaluation::single_metric_names, track.single_experiments[e].scores);
    if (with_intervals)
      experiment["intervals"] = intervals_json(evaluation::single_metric_names, intervals->single_experiments[e]);
    single["experiments"].push_back(std::move(experiment));
  }
  return single;
}

Json ensemble_json(const PlannedTrack& planned, const TrackScores& track, const TrackIntervals* intervals) {
  Json ensemble;
  ensemble["status"] = status_text(track.ensemble_status);
  ensemble["global"] = Json::object();
  put_scores(ensemble["global"], evaluation::ensemble_metric_names, track.ensemble);
  const bool with_intervals = intervals != nullptr && !intervals->ensemble.empty();
  if (with_intervals) ensemble["intervals"] = intervals_json(evaluation::ensemble_metric_names, intervals->ensemble);
  ensemble["experiments"] = Json::array();
  for (std::size_t e = 0; e < track.ensemble_experiments.size(); ++e) {
    Json experiment;
    experiment["experiment"] = planned.experiments[e].number;
    put_scores(experiment, evaluation::ensemble_metric_names, track.ensemble_experiments[e]);
    if (with_intervals && !intervals->ensemble_experiments[e].empty())
      experiment["intervals"] = intervals_json(evaluation::ensemble_metric_names, intervals->ensemble_experiments[e]);
    ensemble["experiments"].push_back(std::move(experiment));
  }
  return ensemble;
}

}  // namespace

Json submission_json(const ScorePlan& plan, const SubmissionScores& scores, const SubmissionIntervals* intervals) {
  Json json;
  json["tracks"] = Json::object();
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    if (!scores.tracks[t].submitted || scores.stopped()) continue;
    const TrackIntervals* track_intervals = intervals != nullptr ? &intervals->tracks[t] : nullptr;
    Json& track = json["tracks"][std::to_string(plan.tracks[t].number)];
    track["single"] = single_json(plan.tracks[t], scores.tracks[t], track_intervals);
    track["ensemble"] = ensemble_json(plan.tracks[t], scores.tracks[t], track_intervals);
  }
  json["problems"] = Json::array();
  for (const ListedProblem& problem : scores.problems) {
    Json entry;
    entry["file"] = problem.file;
    entry["line"] = problem.line;
    if (problem.column > 0) entry["column"] = problem.column;
    entry["what"] = problem.what;
    entry["cost"] = problem.cost;
    json["problems"].push_back(std::move(entry));
  }
  if (scores.unlisted_problems > 0) json["unlisted_problems"] = scores.unlisted_problems;
  return json;
}

std::string official_scores_text(const ScorePlan& plan, const SubmissionScores& scores) {
  std::string text;
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    const TrackScores& track = scores.tracks[t];
    if (!track.submitted) continue;
    const int number = plan.tracks[t].number;
    text += fmt::format("tr{0}.ta2.alpha: {1}\ntr{0}.ta2.D: {2}\n", number, shortest_text(track.ensemble[0]),
                        shortest_text(track.ensemble[1]));
    if (track.single_status == TaskStatus::aborted) {
      // The penalties are Python integers there, but for one.
      text += fmt::format(
          "tr{0}.ta1.cp: 10\ntr{0}.ta1.JI: 0\ntr{0}.ta1.alpha: 2\ntr{0}.ta1.D: 100000.0\ntr{0}.ta1.state: 0\n", number);
      continue;
    }
    constexpr std::array<std::string_view, 5> names{"cp", "JI", "alpha", "D", "state"};
    for (std::size_t m = 0; m < names.size(); ++m)
      text += fmt::format("tr{}.ta1.{}: {}\n", number, names[m], shortest_text(track.single[m]));
  }
  return text;
}

}  // namespace an::app
