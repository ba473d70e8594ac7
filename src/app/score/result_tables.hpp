// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"
#include "app/score/score_run.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Attributes of the file: JSON texts of the program and the configuration, and what names the scores (the same in
/// `summary.json`).
struct ResultAttributes {
  std::string program, config, scores_hash;
};

/// Writes `results.h5`: per-experiment scores at the root, `/global`, `/submissions`, `/fields_of_view`,
/// `/change_point_errors`, `/trajectories`, `/segments` and `/change_points`, each a group of plain columns with one
/// dimension scale. Collective. \param most_rows that a rank writes at a time, but for a field of view that has more:
/// what bounds its memory
void write_result_file(const std::filesystem::path& path, const ScorePlan& plan, const ScoreResults& results,
                       const RowStore& rows, const ResultAttributes& attributes, const parallel::Communicator& ranks,
                       std::uint64_t most_rows = 200'000);

}  // namespace an::app
