// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/run/run_scores.hpp"
#include "io/array_reader.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// What a step took.
struct StepTime {
  std::string step;
  std::int64_t ranks;
  double seconds;
};

/// One submission's results, as the files of `run`, `score` or `predict` tell them.
struct ReportedResult {
  std::string name;
  std::string settings;                  ///< program and rules, a sentence; empty without scores
  std::map<int, std::string> scored_by;  ///< rules and reference of each track, to be compared
  std::map<int, TrackRunScores> tracks;
  report::Json problems = report::Json::array();
  std::int64_t unlisted_problems = 0;
  std::vector<StepTime> times;
  std::shared_ptr<const io::ArrayReader> rows;  ///< `results.h5`, or null
  int submission = 0;                           ///< row of its `/submissions`
  std::filesystem::path details;                ///< of the inference; it may not exist
  std::filesystem::path worst_fovs;             ///< file; it may not exist
};

/// Reads what `run`, `score` (of one or several submissions) or `predict` left in a folder.
/// \param name of the result, where there is one submission
/// \throws InputError where the folder holds nothing of them, a file is damaged, or `results.h5` is of another schema
std::vector<ReportedResult> read_results(const std::filesystem::path& folder, const std::string& name);

}  // namespace an::app
