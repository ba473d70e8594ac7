// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/items/item_work.hpp"
#include "parallel/schedule_simulator.hpp"

namespace an::app {

/// `costs.csv` in a folder of results, with `run.item_costs`: what each item of each stage was expected to cost, and
/// took.
inline constexpr const char* item_costs_name = "costs.csv";

/// The items that a stage has done: those that were there already and those that failed are left out.
struct StageCosts {
  std::string stage;
  parallel::ScheduledItems items;
  std::vector<std::int64_t> rank;  ///< that did each
};

StageCosts stage_costs(const std::string& stage, const ItemOutcome& outcome);

/// Columns stage, item, after (number of the item that came before; empty: none), rank, expected, seconds.
void write_item_costs(const std::filesystem::path& file, std::span<const StageCosts> stages);
/// \throws InputError naming file and line
std::vector<StageCosts> read_item_costs(const std::filesystem::path& file);

}  // namespace an::app
