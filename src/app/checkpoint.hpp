// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "network/attention_unet.hpp"

namespace an::app {

/// A row of the learning curve.
struct LearningPoint {
  double step, trajectories, seconds, rate, loss;
  double validation_loss, alpha_error, log_k_error, state_accuracy, change_entropy;
};
inline constexpr std::size_t learning_columns = 10;

/// Everything that training goes on from.
struct Checkpoint {
  std::uint64_t step = 0;  ///< steps done
  network::Weights weights;
  std::vector<float> first, second;  ///< moments of Adam
  std::vector<LearningPoint> curve;
  double best_loss = 1e300;      ///< of validation
  std::uint64_t since_best = 0;  ///< validations since then
};

/// Written whole or not at all. \param configuration what must be equal to go on, as text
void write_checkpoint(const std::filesystem::path& path, const network::Network& network, const Checkpoint& checkpoint,
                      const std::string& configuration);
/// \throws InputError where the file is damaged or of another network; ConfigError where it is of another configuration
Checkpoint read_checkpoint(const std::filesystem::path& path, const network::Network& network,
                           const std::string& configuration);

}  // namespace an::app
