// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "app/score/score_item.hpp"
#include "app/score/score_plan.hpp"

namespace an::app {

/// The rows of a field of view as `results.h5` has them: column by column of row_tables(), table by table. The columns
/// `trajectory` count from the field of view's own first one.
struct RowColumns {
  std::vector<std::byte> bytes;
  std::size_t alpha_errors, k_errors;  ///< where these columns of the segments begin
};

/// Lays out the rows of a field of view of a submission.
RowColumns row_columns(const ScorePlan& plan, std::size_t submission, const FovPlace& place, const ScoredFov& fov);

}  // namespace an::app
