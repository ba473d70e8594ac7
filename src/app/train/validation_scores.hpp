// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "evaluation/challenge_score.hpp"
#include "network/training_group.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// The challenge's sums, by its own rules, of the segments that method `unet` makes of a network's outputs.
/// \param output,targets tiles of this shape, with the channels of the task that tells all; a trajectory is the frames
/// from a row's first on that count \returns sums of nothing where an output is not finite
evaluation::ScoreSums segment_scores(const network::TileShape& tile, std::span<const float> output,
                                     std::span<const float> targets);

/// Adds the sums of all ranks, in their order; in single precision, whole numbers up to 2²⁴. Collective.
void sum_over_ranks(const parallel::Communicator& world, evaluation::ScoreSums& sums);

/// The challenge's metrics; NaN where there is nothing to score, as the RMSE of change points where none was found.
evaluation::SingleScores challenge_scores(const evaluation::ScoreSums& sums);

}  // namespace an::app
