// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "network/attention_unet.hpp"
#include "network/tile_outputs.hpp"
#include "network/trajectory_features.hpp"

namespace an::network {

/// Softmax of the four logits of a frame's state.
std::array<float, 4> state_probabilities(const float* logits);

/// Bounds of ln K as networks tell it.
inline constexpr float lowest_log_k = -27.63102F, highest_log_k = 13.81551F;

/// What a network says of each frame of a trajectory; what its task does not tell is empty.
struct FramePredictions {
  std::vector<float> alpha;
  std::vector<float> log_k;                       ///< ln K, K in px²/frame^alpha
  std::vector<std::array<float, 4>> probability;  ///< of each DiffusiveState
  std::vector<float> change;                      ///< probability that a segment begins here
};

/// Adds what a network's outputs of one frame say. \param output as many as the task has
void add_frame(kernels::LossKind task, const float* output, FramePredictions& predictions);

/// Runs a network over fields of view: 64 trajectories a tile, padded to whole pools; trajectories of any length.
class FramePredictor {
 public:
  /// \param device as of kernels::make_executor
  /// \throws std::invalid_argument where the network takes neither `feature_count` channels nor steps alone;
  /// kernels::BackendMissing
  FramePredictor(const NetworkShape& shape, Weights weights, kernels::Backend backend, kernels::Precision precision,
                 int device = 0);

  /// Predictions of the trajectories, in their order. \param fov all trajectories of one field of view \param wanted
  /// whether each is wanted, or empty: all are. Tiles without a wanted one are not run: nothing is predicted there
  /// \throws InputError naming the weights' file where outputs are not finite
  std::vector<FramePredictions> predict(std::span<const ParticlePath> fov, const std::vector<bool>& wanted = {});

 private:
  TileRunner& ready(const ImageSize& image);
  ImageSize image_for(std::size_t trajectories, std::size_t frames) const;

  NetworkShape shape_;
  Weights weights_;
  kernels::Backend backend_;
  kernels::Precision precision_;
  int device_;
  std::map<std::pair<std::size_t, std::size_t>, TileRunner> ready_;
};

}  // namespace an::network
