// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/comparison.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// The metrics of both tasks as summary.json and the paper's tables order them.
const std::vector<std::string>& score_names();
/// How tables head them: `RMSE CP`.
const std::vector<std::string>& score_titles();
const std::vector<report::ComparisonColumn>& score_columns();

/// Scores of an experiment or of all together.
struct ExperimentScores {
  std::int64_t trajectories = 0;
  std::string model;                       ///< of one experiment, as its reference names it; empty: not known
  std::array<report::Estimate, 7> values;  ///< as score_names()
};

/// Scores of one track.
struct TrackRunScores {
  ExperimentScores average;
  std::map<int, ExperimentScores> experiments;
};

/// Scores that `summary.json` holds of one of its `tracks`.
TrackRunScores track_scores(const report::Json& track);

/// A row of the paper's scores (`1` to `9`, `average`), as score_names(); empty where these are scores of other
/// experiments, though they bear the same numbers, and for the average of some of them.
std::vector<double> published_scores_of(int track, const TrackRunScores& scores, const std::string& row);

/// Reads a track's scores from `summary.json` of `run` or `score`, with their intervals where these say something:
/// where there is more than one field of view in each experiment (`results.h5`). None where the track was not scored.
/// \throws InputError where the files are missing or damaged
std::optional<TrackRunScores> read_run_scores(const std::filesystem::path& results, int track);

}  // namespace an::app
