// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "network/attention_unet.hpp"
#include "network/trajectory_features.hpp"

namespace an::network {

/// What a network is given of the trajectories of one field of view: steps alone, or all features.
class NetworkInput {
 public:
  /// \param fov all trajectories of one field of view, which outlive this
  NetworkInput(std::span<const ParticlePath> fov, const NetworkShape& shape);

  /// Writes one trajectory's channels from its own first frame on, zeros after its end.
  void write(std::size_t particle, std::size_t frames, std::span<float> row) const;

 private:
  std::span<const ParticlePath> fov_;
  float scale_;
  std::optional<FovFeatures> features_;
};

/// \throws std::invalid_argument where a network takes neither `feature_count` channels nor the two of steps alone
void check_input_channels(const NetworkShape& shape);

/// A network that is ready to run on tiles of its size.
struct TileRunner {
  Network network;
  std::unique_ptr<kernels::Executor> executor;

  /// Raw outputs, [row][frame][channel], of a tile that holds `count` trajectories from `first` on, and zeros below.
  std::vector<float> outputs(const NetworkInput& input, std::size_t first, std::size_t count);
};

/// \param network laid out for inference; batch norms become part of its convolutions (fold_batch_norm)
/// \throws kernels::BackendMissing
TileRunner make_tile_runner(Network network, Weights weights, kernels::Backend backend, kernels::Precision precision,
                            int device);

}  // namespace an::network
