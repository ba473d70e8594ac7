// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>

#include "app/score/row_store.hpp"
#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Called on root with the number of files done, by all ranks, about.
using ScoreProgress = std::function<void(std::size_t done)>;

/// Scores all submissions of the plan. Collective: items are handed out to the ranks, and every score is summed in the
/// order of the trajectories, so that results are the same bytes for any number of ranks. \param rows keeps what
/// this rank finds, for write_result_file()
ScoreResults score_all(const ScorePlan& plan, const parallel::Communicator& ranks, RowStore& rows,
                       const ScoreProgress& progress);

}  // namespace an::app
