// SPDX-License-Identifier: MIT
#include "report/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/median.hpp"

namespace an::report {

namespace {

using Cores = std::pair<std::size_t, std::size_t>;  // ranks, threads
using Runs = std::vector<StageTime>;

ScalingRow row_of(const Runs& runs) {
  std::vector<double> seconds, working;
  for (const StageTime& run : runs) {
    seconds.push_back(run.seconds);
    working.push_back(run.working_seconds < 0 ? std::nan("")
                                              : run.working_seconds / (static_cast<double>(run.ranks) * run.seconds));
  }
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  const bool known = std::all_of(working.begin(), working.end(), [](double share) { return std::isfinite(share); });
  const StageTime& first = runs.front();
  return {first.ranks,
          first.threads,
          runs.size(),
          first.items,
          median_of(seconds),
          *least,
          *most,
          1,
          1,
          std::nan(""),
          known ? median_of(working) : std::nan("")};
}

ScalingTable table_of(const std::string& stage, bool weak, const Runs& runs) {
  std::map<std::size_t, std::map<Cores, Runs>> by_cores;
  for (const StageTime& run : runs) by_cores[run.cores()][{run.ranks, run.threads}].push_back(run);
  ScalingTable table{stage, weak, {}};
  for (const auto& entry : by_cores)
    for (const auto& same : entry.second) table.rows.push_back(row_of(same.second));
  const ScalingRow first = table.rows.front();
  for (ScalingRow& row : table.rows) {
    const double n = static_cast<double>(row.ranks * row.threads) / static_cast<double>(first.ranks * first.threads);
    row.speed_up = first.seconds / row.seconds * (weak ? n : 1);
    row.efficiency = row.speed_up / n;
    if (n > 1) row.serial_fraction = weak ? (n - row.speed_up) / (n - 1) : (1 / row.speed_up - 1 / n) / (1 - 1 / n);
  }
  return table;
}

bool has_several_sizes(const Runs& runs) {
  return std::any_of(runs.begin(), runs.end(),
                     [&](const StageTime& run) { return run.cores() != runs.front().cores(); });
}

}  // namespace

std::vector<ScalingTable> scaling_tables(std::span<const StageTime> times) {
  std::vector<std::string> stages;
  for (const StageTime& time : times)
    if (std::find(stages.begin(), stages.end(), time.stage) == stages.end()) stages.push_back(time.stage);
  std::vector<ScalingTable> tables;
  for (const bool weak : {false, true})
    for (const std::string& stage : stages) {
      std::map<double, Runs> groups;  // by size, or by size a core: quotients of equal ratios are equal doubles
      for (const StageTime& time : times)
        if (time.stage == stage)
          groups[static_cast<double>(time.items) / (weak ? static_cast<double>(time.cores()) : 1)].push_back(time);
      for (const auto& group : groups)
        if (has_several_sizes(group.second)) tables.push_back(table_of(stage, weak, group.second));
    }
  return tables;
}

}  // namespace an::report
