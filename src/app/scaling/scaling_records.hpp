// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/items/item_costs.hpp"
#include "report/scaling.hpp"

namespace an::app {

/// What folders of results tell about time.
struct RunTimes {
  std::vector<report::StageTime> stages;  ///< by folder, then in the order of the record
  std::vector<std::string> programs;      ///< versions that made them, each once
};

/// Reads the records of finished runs: `simulation.json`, `tracking.json`, `prediction.json` (also that in
/// `submission/`), `training.json`, `summary.json`. A stage is named `simulate`, `predict: solve` and so on.
/// \throws InputError for a folder without times, or where two runs of a command differ in more than their size
RunTimes read_run_times(std::span<const std::filesystem::path> folders);

/// The items of all `costs.csv` in the folders (and their `submission/`), by stage: those of later folders behind.
/// \throws InputError where there are none
std::vector<StageCosts> read_all_item_costs(std::span<const std::filesystem::path> folders);

}  // namespace an::app
