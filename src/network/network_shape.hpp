// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernels.hpp"

namespace an::network {

/// The shape of an Attention U-Net (Oktay et al., 2018). The defaults are those of the paper's nets, where it tells.
struct NetworkShape {
  std::vector<std::size_t> filters{16, 32};  ///< of each level, from the top
  std::size_t bottom = 64;                   ///< filters below the last pooling
  std::size_t inter_divisor = 1;             ///< a gate has filters / inter_divisor channels inside
  bool gate_output_conv = false;             ///< a 1x1 convolution after each gate
  bool batch_norm = false;                   ///< after every convolution but a gate's inner ones and the head
  kernels::LossKind task = kernels::LossKind::mae;
  std::size_t kernel_rows = 3, kernel_columns = 3;  ///< rows are particles, columns frames
  std::size_t pool_rows = 2, pool_columns = 2;
  std::size_t input_channels = 2;
  std::size_t attention_blocks = 0;  ///< at the bottom: each between frames, then between particles
  std::size_t attention_heads = 4;
  std::size_t mask_channel = 0;  ///< of the input: where there is a particle; for attention
  float scale = 1;               ///< displacements are divided by it

  bool operator==(const NetworkShape&) const = default;
};

/// Of an image.
struct ImageSize {
  std::size_t rows, columns;
};
/// Rows and columns rounded up to what a network of this shape pools without a rest.
/// \throws std::invalid_argument where its pools are too large for any image
ImageSize pooled_whole(const NetworkShape& shape, const ImageSize& least);
/// The same of 64 trajectories of 208 frames.
ImageSize usual_image(const NetworkShape& shape);

/// `mae`, `msle`, `cce`, `joint`, as weights files have it. \throws std::invalid_argument
std::string_view task_name(kernels::LossKind task);
kernels::LossKind task_of_name(std::string_view name);

/// The shapes of the paper by name: `paper-alpha`, `paper-k`, `paper-state` (28.8 M and 2.45 M parameters), and
/// `small-alpha`, `small-k`, `small-state` of a processor's size; `default` and `default-wide`: a trajectory a row, 16
/// features. \throws std::invalid_argument naming them
NetworkShape shape_of_name(std::string_view name);
std::vector<std::string> shape_names();
/// That of `default`.
NetworkShape default_shape() noexcept;

}  // namespace an::network
