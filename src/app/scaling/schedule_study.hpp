// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/items/item_costs.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

/// A plan past the machine at hand.
struct ScheduleQuestion {
  std::size_t ranks = 1;  ///< the most
  std::size_t items = 1;  ///< that nothing comes after: fields of view
  parallel::CounterCost counter;
};

/// The efficiency of a stage on a number of ranks, for different ways of handing out.
struct ScheduleRow {
  std::size_t ranks;
  double seconds;     ///< as the program does it: the most expensive first by expected cost
  double efficiency;  ///< of that
  double known;       ///< if costs were known beforehand
  double unsorted;    ///< in the order of their numbers
  double split;       ///< with fields of view cut into pieces, at no cost
  double limit;       ///< no order can be more efficient
};

struct StageSchedules {
  std::string stage;
  std::size_t measured;  ///< items
  double mean, longest;  ///< seconds of an item
  std::vector<ScheduleRow> rows;
};

/// Draws items from those measured and simulates their schedules on 1, 4, 16 … ranks.
std::vector<StageSchedules> study_schedules(std::span<const StageCosts> measured, const ScheduleQuestion& question);

/// Writes `schedule.txt`, `.md`, `.csv` and `.svg`. \returns the text
std::string write_schedules(const std::filesystem::path& output, const ScheduleQuestion& question,
                            std::span<const StageSchedules> stages);

}  // namespace an::app
