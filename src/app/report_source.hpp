// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/array_reader.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// The seven metrics of a track, in the order of every table; the first five are the single-trajectory task's.
inline constexpr std::array<const char*, 7> report_metrics{"rmse_cp",  "jsc_cp",   "mae_alpha", "msle_k",
                                                           "f1_state", "w1_alpha", "w1_k"};
inline constexpr std::array<const char*, 7> report_metric_titles{"RMSE CP",  "JSC CP",   "MAE alpha", "MSLE K",
                                                                 "F1 state", "W1 alpha", "W1 K"};

/// Scores of an experiment or of their average; NaN where there is none.
struct ReportedScores {
  std::int64_t trajectories = 0;
  std::array<double, 7> values;

  ReportedScores() { values.fill(std::nan("")); }
};
/// A track's scores: the challenge's average, and those of each experiment by its number (from 0 or 1).
struct ReportedTrack {
  ReportedScores average;
  std::map<int, ReportedScores> experiments;
};

/// One submission's results, as the files of `run`, `score` or `predict` tell them.
struct ReportedResult {
  std::string name;
  std::string settings;  ///< program and rules, a sentence; empty without scores
  std::map<int, ReportedTrack> tracks;
  report::Json problems = report::Json::array();
  std::int64_t unlisted_problems = 0;
  std::vector<std::pair<std::string, double>> seconds;  ///< what took how long
  std::int64_t ranks = 0;                               ///< that scored; 0: not known
  std::shared_ptr<const io::ArrayReader> rows;          ///< `results.h5`, or null
  int submission = 0;                                   ///< row of its `/submissions`
  std::filesystem::path details;                        ///< of the inference; it may not exist
  std::filesystem::path worst_fovs;                     ///< file; it may not exist
};

/// Reads what `run`, `score` (of one or several submissions) or `predict` left in a folder.
/// \param name of the result, where there is one submission
/// \throws InputError where the folder holds nothing of them, a file is damaged, or `results.h5` is of another schema
std::vector<ReportedResult> read_results(const std::filesystem::path& folder, const std::string& name);

}  // namespace an::app
