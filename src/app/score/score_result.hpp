// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/score/score_item.hpp"
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
  std::vector<FovReport> fovs;  ///< without their problems
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
  std::size_t unlisted_problems = 0;
  bool unknown_track = false;  ///< it has a track that the reference does not have, and that stops it

  bool stopped() const;
};

/// Rows of a field of view of one submission, for the result file: where they are and how many.
struct RowSection {
  std::int64_t owner = -1;  ///< the rank that has them; -1: not part of the result
  std::int64_t trajectories = 0;
  std::int64_t segments = 0;
  std::int64_t change_points = 0;
};

/// The outcome of a scoring run; complete on root, sections on every rank.
struct ScoreResults {
  std::vector<SubmissionScores> submissions;
  std::vector<RowSection> sections;  ///< [submission * fields of view + field of view]
};

}  // namespace an::app
