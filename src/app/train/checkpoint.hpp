// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/challenge_score.hpp"
#include "network/attention_unet.hpp"

namespace an::app {

/// A row of the learning curve.
/// What the network's task does not tell is NaN.
struct LearningPoint {
  double step, trajectories, seconds, rate, loss;
  double validation_loss, alpha_error, log_k_error, state_accuracy, change_entropy;
  evaluation::SingleScores scores;  ///< the challenge's, of the segments made of frames
};

/// Everything that training goes on from.
struct Checkpoint {
  std::uint64_t step = 0;  ///< steps done
  network::Weights weights;
  std::vector<float> first, second;  ///< moments of Adam
  std::vector<LearningPoint> curve;
  double loss_sum = 0, loss_count = 0;  ///< of training over all ranks, since the curve's last row
  double seconds = 0;                   ///< of training
  double best_loss = 1e300;             ///< of validation
  std::uint64_t since_best = 0;         ///< validations since then
  network::Weights best;                ///< of that validation; empty where they are not kept
};

/// Writes `checkpoint_STEP_CHECKSUM.h5` into the folder, whole or not at all; the whole one before it stays, others
/// go.
/// \param configuration what must be equal to go on, as text
/// \throws OutputError; Error where a number is not finite, from which no training can go on
void write_checkpoint(const std::filesystem::path& folder, const network::Network& network,
                      const Checkpoint& checkpoint, const std::string& configuration);

/// What the folder's checkpoints give to go on from.
struct FoundCheckpoint {
  bool any = false;              ///< whether there was one, whole or not
  std::filesystem::path newest;  ///< that is whole; empty: there is none
  std::string problems;          ///< of those that are not, in words
};
/// Finds the newest checkpoint whose content has the checksum that it was written with.
FoundCheckpoint find_checkpoint(const std::filesystem::path& folder);

/// \throws ConfigError where it is of another configuration, or of another version of the program; InputError where it
/// is of another network
Checkpoint read_checkpoint(const std::filesystem::path& path, const network::Network& network,
                           const std::string& configuration);

}  // namespace an::app
