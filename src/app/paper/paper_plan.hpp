// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// How much data stands behind the tables and figures.
struct PaperSizes {
  std::int64_t benchmark_fovs;          ///< of each of the nine experiments; the paper: 30
  std::int64_t validation_experiments;  ///< of each model, of one field of view with a video; the paper: 11
  std::int64_t frame_experiments;       ///< of each model, of 5 fields of view; the paper: 100
  std::int64_t training_experiments;    ///< of each model, of 5 fields of view; the paper: 4050
};

/// The paper's tables and figures in its order: `table_1`, `figure_2`, …
const std::vector<std::string>& paper_items();

/// What is made, and how.
struct PaperPlan {
  PaperSizes sizes;
  std::set<std::string> items;                             ///< of paper_items()
  std::vector<std::pair<std::string, Method>> methods;     ///< by name
  Config benchmark, validation, frames, training;          ///< what each data set is simulated with
  bool wants(const std::vector<std::string>& some) const;  ///< any of these items
  int benchmark_track() const;                             ///< the one that Table 3 or 4 needs; 0: both
};

/// \throws ConfigError for unknown methods or items, and sizes that make no sense
PaperPlan make_paper_plan(const PaperOptions& options, const Config& config);

/// What decides the results, for the record of the run.
report::Json plan_json(const PaperOptions& options, const Config& config, const PaperPlan& plan);

/// What would be made and about how many seconds of one core each part takes, a line each.
std::string plan_text(const PaperOptions& options, const PaperPlan& plan);

}  // namespace an::app
