// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "network/network_shape.hpp"
#include "network/training_group.hpp"

namespace an::network {

/// A batch as an executor takes it.
struct TrainingBatch {
  std::vector<float> input;    ///< tile, row, frame, channel
  std::vector<float> targets;  ///< tile, row, frame, kernels::target_channels
};

/// Fills a batch for a network of this shape: all features, or with two channels the steps in px over its scale.
/// \param masked whether what is no particle counts nothing in the loss (else everything counts, as in the paper)
void fill_batch(const TrainingTiles& tiles, const NetworkShape& shape, bool masked, TrainingBatch& batch);

/// Takes the last rows out of some tiles, so that a network also meets fields of view with few particles.
/// \param batch number of the batch, which with `seed` names what is drawn
/// \param first_slot place of the first of these tiles in the whole batch, so that it does not matter whose tiles they
/// are
void thin_tiles(TrainingTiles& tiles, std::uint64_t seed, std::uint64_t batch, std::size_t first_slot);

/// How well outputs answer, over the frames of particles.
struct FrameErrors {
  double frames = 0;
  double alpha = 0;                    ///< mean absolute error
  double log_k = 0;                    ///< mean squared error of ln(1 + K)
  double state = 0;                    ///< share of right states
  double change = 0;                   ///< mean binary cross-entropy of change points
  void add(const FrameErrors& other);  ///< weighted by frames
};

/// Errors of what a network of this task gives; those it does not tell of are NaN.
FrameErrors frame_errors(kernels::LossKind task, const std::vector<float>& output, const std::vector<float>& targets);

/// Learning rate of a step, from 0: linear over `warmup` steps, then falling along half a cosine to a hundredth
/// (Loshchilov and Hutter, 2017).
float learning_rate(float highest, std::uint64_t step, std::uint64_t warmup, std::uint64_t steps);

}  // namespace an::network
