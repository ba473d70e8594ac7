// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/score/experiment_tally.hpp"
#include "app/score/result_layout.hpp"
#include "evaluation/challenge_score.hpp"

namespace an::app {

/// How a task of a track ended.
enum class TaskStatus : std::int8_t {
  scored,
  aborted,  ///< given up, with the challenge's penalties for it: a file is missing or the VIPs differ
  stopped   ///< the official scorer raises an exception: there are no scores
};

/// The single-trajectory task of an experiment.
struct ExperimentSingle {
  std::int64_t trajectories = 0;
  evaluation::SingleScores scores{};
  evaluation::ChangePointErrors change_point_errors{};
  std::vector<evaluation::ScoreSums> fov_sums;  ///< of each field of view, where the rules ask for them
  std::optional<WorstOfExperiment> worst;
};

/// A track's scores of one submission.
struct TrackScores {
  bool submitted = false;
  TaskStatus single_status = TaskStatus::scored;
  evaluation::SingleScores single{};
  std::vector<ExperimentSingle> single_experiments;
  TaskStatus ensemble_status = TaskStatus::scored;
  evaluation::EnsembleScores ensemble{};
  std::vector<evaluation::EnsembleScores> ensemble_experiments;
  std::vector<std::string> models;  ///< of all experiments, as their reference names them
};

/// A defect and what it cost, in words.
struct ListedProblem {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string what;
  std::string cost;  ///< change of the submission's scores by it, e.g. `mae_alpha +0.012, f1_state -0.003`
  bool fatal = false;
};

/// All of one submission.
struct SubmissionScores {
  std::string name;
  std::vector<TrackScores> tracks;  ///< as in ScorePlan::tracks
  std::vector<ListedProblem> problems;
  std::size_t unlisted_problems = 0, unlisted_fatal = 0;  ///< how many more there are; how many of them are fatal
  bool unknown_track = false;  ///< it has a track that the reference does not have, and that stops it

  bool stopped() const;
};

/// Rows of a field of view of one submission, for the result file: where they are and how many.
struct RowSection {
  std::int32_t owner = -1;                            ///< the rank that has them; -1: not part of the result
  std::array<std::uint32_t, row_table_count> rows{};  ///< of each of row_tables()
};

/// The outcome of a scoring run; complete on root, sections on every rank.
struct ScoreResults {
  std::vector<SubmissionScores> submissions;
  std::vector<RowSection> sections;  ///< [submission * fields of view + field of view]
};

}  // namespace an::app
