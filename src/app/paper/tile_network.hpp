// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "app/settings/config.hpp"
#include "network/tile_outputs.hpp"

namespace an::app {

/// A network as the paper's are judged: what it gives for every cell of its tensors of 64 particles and 208 frames, the
/// cells without a particle included.
class TileNetwork {
 public:
  static constexpr std::size_t rows = 64, frames = 208;

  /// \param device of those of a node, for `cuda` \throws InputError where the file holds no weights of a network of
  /// steps alone or of all features; kernels::BackendMissing
  TileNetwork(const std::filesystem::path& weights, const PredictConfig& config, int device);

  kernels::LossKind task() const { return runner_.network.shape.task; }
  std::size_t channels() const { return kernels::output_channels(task()); }
  std::size_t parameters() const { return runner_.network.parameters(); }

  /// Raw outputs, tile after tile of [row][frame][channel]: trajectory i is row i, from its own first frame on.
  /// \pre no trajectory is longer than 208 frames \throws InputError where they are not finite
  std::vector<float> outputs(std::span<const network::ParticlePath> fov);

 private:
  std::filesystem::path weights_;
  network::TileRunner runner_;
};

}  // namespace an::app
