// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"
#include "evaluation/bootstrap.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// Bootstrap intervals of a track's metrics; empty where the task was not scored (or, of the ensemble, where the
/// reference has no `ens_labs_fov_*.txt` to resample).
struct TrackIntervals {
  std::vector<evaluation::Interval> single;                             ///< [metric]
  std::vector<std::vector<evaluation::Interval>> single_experiments;    ///< [experiment][metric]
  std::vector<evaluation::Interval> ensemble;                           ///< [metric]
  std::vector<std::vector<evaluation::Interval>> ensemble_experiments;  ///< [experiment][metric]
  std::vector<std::vector<double>> single_samples;                      ///< [metric][resample], of the global score
  std::vector<std::vector<double>> ensemble_samples;                    ///< [metric][resample]
};

/// Bootstrap intervals of a submission.
struct SubmissionIntervals {
  std::vector<TrackIntervals> tracks;
};

/// Resamples fields of view and computes the intervals of every metric of every submission.
std::vector<SubmissionIntervals> bootstrap_all(const ScorePlan& plan, const ScoreResults& results,
                                               const evaluation::BootstrapOptions& options);

/// The submissions' ranks in one task of a track.
struct TaskRanking {
  int track;
  std::string task;  ///< `single` or `ensemble`
  std::vector<std::string> metrics;
  std::vector<std::vector<double>> values;      ///< [metric][submission]
  std::vector<std::vector<std::size_t>> ranks;  ///< [metric][submission], from 1
  std::vector<double> mean_reciprocal_rank;     ///< [submission]
};

/// Ranks the submissions, a task at a time; those that were stopped or lack the track come last.
std::vector<TaskRanking> rank_submissions(const ScorePlan& plan, const ScoreResults& results);

/// `leaderboard` of summary.json: rankings and, with intervals, the differences between each two submissions.
report::Json leaderboard_json(const ScorePlan& plan, const std::vector<TaskRanking>& rankings,
                              const std::vector<SubmissionIntervals>& intervals, double confidence);

}  // namespace an::app
