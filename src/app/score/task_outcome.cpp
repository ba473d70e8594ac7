// SPDX-License-Identifier: MIT
#include "app/score/task_outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/score/problem_cost.hpp"
#include "core/number_text.hpp"
#include "io/benchmark_tree.hpp"

namespace an::app {

using evaluation::EnsembleScores;
using evaluation::ScoreSums;
using evaluation::SingleScores;

bool SubmissionScores::stopped() const {
  return unknown_track || std::any_of(tracks.begin(), tracks.end(), [](const TrackScores& t) {
           return t.submitted && t.single_status == TaskStatus::stopped;
         });
}

namespace {

// The official scorer reads the files of an experiment, then scores it, then goes on to the next.
TaskStatus single_status(const TrackInput& input, bool strict) {
  for (std::size_t e = 0; e < input.by_fov.size(); ++e) {
    if (input.by_fov[e].event == FovEvent::abort) return TaskStatus::aborted;
    if (input.by_fov[e].event == FovEvent::stop) return TaskStatus::stopped;
    const ExperimentTally& tally = input.tally(e);
    if (tally.scoring_stops || (strict && tally.sums.trajectories == 0)) return TaskStatus::stopped;
  }
  return strict && input.by_fov.empty() ? TaskStatus::stopped : TaskStatus::scored;
}

TaskStatus ensemble_status(const TrackInput& input, bool strict) {
  const bool all = std::all_of(input.ensemble.begin(), input.ensemble.end(),
                               [](const EnsembleReport& r) { return r.scores.has_value(); });
  return all || !strict ? TaskStatus::scored : TaskStatus::aborted;
}

}  // namespace

SubmissionScores decide_tasks(const SubmissionOutcome& outcome) {
  const ScorePlan& plan = outcome.plan;
  SubmissionScores scores;
  scores.name = plan.submissions[outcome.submission].name;
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    TrackScores track;
    track.submitted = plan.has_track(outcome.submission, t);
    if (track.submitted) {
      track.single_status = single_status(outcome.inputs[t], plan.rules.strict());
      track.ensemble_status = ensemble_status(outcome.inputs[t], plan.rules.strict());
    }
    scores.tracks.push_back(std::move(track));
  }
  scores.unknown_track = !plan.rules.lenient && !plan.unknown_tracks(outcome.submission).empty();
  return scores;
}

namespace {

void compute_single(const TrackInput& input, evaluation::Rules rules, TrackScores& track) {
  std::vector<SingleScores> scores;
  std::vector<std::int64_t> trajectories;
  for (std::size_t e = 0; e < input.by_fov.size(); ++e) {
    ExperimentSingle experiment;
    const ExperimentTally& tally = input.tally(e);
    ScoreSums sums = tally.sums;
    const ErrorSums& exact = input.error_sums.at(e);
    sums.alpha_error = exact.alpha_error;
    sums.k_squared_log_error = exact.k_squared_log_error;
    experiment.trajectories = sums.trajectories;
    experiment.scores = evaluation::scores_of(sums, rules);
    experiment.change_point_errors = tally.change_point_errors;
    experiment.fov_sums = tally.fov_sums;
    experiment.worst = tally.worst;
    if (experiment.trajectories > 0) {
      scores.push_back(experiment.scores);
      trajectories.push_back(experiment.trajectories);
    }
    track.single_experiments.push_back(std::move(experiment));
  }
  track.single = evaluation::weighted_mean(scores, trajectories, rules);
}

void compute_ensemble(const TrackInput& input, TrackScores& track) {
  for (const EnsembleReport& report : input.ensemble) track.models.push_back(report.model);
  if (track.ensemble_status == TaskStatus::aborted) {
    track.ensemble = evaluation::aborted_ensemble_task;
    return;
  }
  for (const EnsembleReport& report : input.ensemble)
    track.ensemble_experiments.push_back(report.scores.value_or(evaluation::aborted_ensemble_task));
  track.ensemble = evaluation::plain_mean(track.ensemble_experiments);
}

ListedProblem listed(const ScoreProblem& problem, std::string cost) {
  return {problem.file, problem.line, problem.column, problem.what, std::move(cost), problem.fatal};
}

// How the official scorer's running indices went wrong, at the first field of view where they did.
std::string misalignment_text(const ExperimentTally& by_fov) {
  const std::size_t later = by_fov.misfit ? by_fov.fovs - by_fov.misfit->fov - 1 : 0;
  if (later > 0 && by_fov.misfit->last_index_predicted < 0)
    return fmt::format(
        "no trajectories: the official scorer then misaligns the {} fields of view that follow, or forgets those "
        "before",
        later);
  if (later > 0 && by_fov.misfit->last_index_predicted >= 0 &&  // and not NaN
      by_fov.misfit->last_index_true != by_fov.misfit->last_index_predicted)
    return fmt::format(
        "the last index is {}, the reference's is {}: the official scorer counts on from it, which misaligns the {} "
        "fields of view that follow",
        plain_text(by_fov.misfit->last_index_predicted), plain_text(by_fov.misfit->last_index_true), later);
  return "indices are not different whole numbers from 0 on: the official scorer joins fields of view wrongly by them";
}

std::filesystem::path first_misaligned_file(const SubmissionOutcome& outcome, std::size_t track,
                                            std::size_t experiment) {
  const ExperimentTally& by_fov = outcome.inputs[track].by_fov[experiment];
  const std::size_t fov = by_fov.misfit ? by_fov.misfit->fov : by_fov.fovs - 1;
  return io::submission_labels(outcome.plan.submitted_experiment(outcome.submission, track, experiment), fov);
}

void list_single_problems(const SubmissionOutcome& outcome, std::size_t t, TrackScores& track,
                          std::vector<ListedProblem>& list) {
  const TrackInput& input = outcome.inputs[t];
  const evaluation::Rules rules = outcome.plan.rules.rules;
  std::vector<ScoreSums> sums;
  for (const ExperimentTally& experiment : input.by_fov) sums.push_back(experiment.sums);
  const SingleTaskCost costs(sums, rules);
  for (std::size_t e = 0; e < input.by_fov.size(); ++e) {
    for (const auto& [problem, gives_up] : input.by_fov[e].problems)
      list.push_back(listed(problem, gives_up && track.single_status == TaskStatus::aborted
                                         ? costs.against(track.single)
                                         : costs.of(e, problem.part, problem.affected)));
    if (outcome.plan.rules.strict() && input.tally(e).sums.trajectories == 0) {
      ListedProblem empty;
      empty.file = outcome.plan.tracks[t].experiments[e].reference.string();
      empty.what =
          "no trajectory of the experiment is left to be scored [the official scorer stops here: UnboundLocalError]";
      empty.fatal = true;
      list.push_back(std::move(empty));
    }
    if (!input.joined[e]) continue;
    ListedProblem misaligned;
    misaligned.file = first_misaligned_file(outcome, t, e).string();
    misaligned.what = misalignment_text(input.by_fov[e]);
    misaligned.cost = costs.of_other_sums(e, input.joined[e]->sums);
    list.push_back(std::move(misaligned));
    // Joined rows stand under other trajectories than in their files: a line told of there is not told of again, nor is
    // any where not all are kept that were.
    const auto is_told = [&](const ScoreProblem& joined) {
      return input.by_fov[e].fatal_others > 0 ||
             std::ranges::any_of(input.by_fov[e].problems, [&](const TalliedProblem& told) {
               return told.problem.fatal && told.problem.file == joined.file && told.problem.line == joined.line;
             });
    };
    for (const TalliedProblem& told : input.joined[e]->problems)
      if (!is_told(told.problem)) list.push_back(listed(told.problem, ""));
  }
}

void list_ensemble_problems(const TrackInput& input, const TrackScores& track, std::vector<ListedProblem>& list) {
  std::vector<EnsembleScores> others;
  for (const EnsembleReport& report : input.ensemble)
    if (report.scores) others.push_back(*report.scores);
  const std::string cost = ensemble_cost(track.ensemble, others);
  for (const EnsembleReport& report : input.ensemble)
    for (const ScoreProblem& problem : report.problems) list.push_back(listed(problem, cost));
}

ListedProblem not_submitted(const ScorePlan& plan, std::size_t submission, int track) {
  ListedProblem missing;
  missing.file = (plan.submissions[submission].folder / fmt::format("track_{}", track)).string();
  missing.what = fmt::format("no such folder: track {} is not scored", track);
  return missing;
}

ListedProblem not_in_reference(const ScorePlan& plan, std::size_t submission, int track) {
  ListedProblem unknown;
  unknown.file = (plan.reference / fmt::format("track_{}", track)).string();
  unknown.what = fmt::format(
      "no such folder, but {} is submitted (move it away, or name a reference that has it) [official: "
      "FileNotFoundError]",
      (plan.submissions[submission].folder / fmt::format("track_{}", track)).string());
  unknown.fatal = !plan.rules.lenient;
  return unknown;
}

}  // namespace

void compute_scores(const SubmissionOutcome& outcome, SubmissionScores& scores) {
  const ScorePlan& plan = outcome.plan;
  for (const int track : plan.unknown_tracks(outcome.submission))
    scores.problems.push_back(not_in_reference(plan, outcome.submission, track));
  for (const int track : plan.unsubmitted) scores.problems.push_back(not_submitted(plan, outcome.submission, track));
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    TrackScores& track = scores.tracks[t];
    if (!track.submitted) {
      scores.problems.push_back(not_submitted(plan, outcome.submission, plan.tracks[t].number));
      continue;
    }
    for (const io::TreeDefect& defect : plan.tracks[t].defects)
      scores.problems.push_back({defect.problem.file.string(), 0, 0, defect.problem.what, defect.cost});
    compute_ensemble(outcome.inputs[t], track);
    if (track.single_status == TaskStatus::aborted) track.single = evaluation::aborted_single_task;
    if (track.single_status == TaskStatus::scored && !scores.stopped())
      compute_single(outcome.inputs[t], plan.rules.rules, track);
    list_ensemble_problems(outcome.inputs[t], track, scores.problems);
    list_single_problems(outcome, t, track, scores.problems);
    for (const ExperimentTally& experiment : outcome.inputs[t].by_fov) {
      scores.unlisted_problems += experiment.others;
      scores.unlisted_fatal += experiment.fatal_others;
    }
  }
}

}  // namespace an::app
