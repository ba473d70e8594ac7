// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "kernels/onednn/product.hpp"

namespace an::kernels::onednn {

/// How a layer's pixels and weights meet.
enum class Meeting {
  gather,   ///< each output from the inputs around it: a convolution, the input's gradient of a transposed one
  flipped,  ///< the same with the kernel turned by half: the input's gradient of a convolution without strides
  spread    ///< each input to a block of outputs of its own: a transposed convolution, and the gradient of one with
            ///< strides as its kernel
};

/// Convolutions, transposed convolutions and the gradients of their inputs on the tiles of AMX.
class TileProduct final : public Product<Bf16> {
 public:
  /// Whether this machine and these shapes are such. \param from of the pixels that are multiplied
  static bool suits(const Operation& operation, Meeting meeting, const Shape& from, const Shape& to);

  TileProduct(const Operation& operation, Meeting meeting, const Shape& from, const Shape& to);

  std::size_t scratch_bytes() const override;

 private:
  void pack(const float* weights) override;
  void multiply(const Bf16* x, const After& after, Bf16* y, const std::vector<AlignedMemory>& scratch) override;

  // Windows of a tile: where they and their outputs begin, numbers from one of their rows to the next, how many.
  struct TilePlace {
    const Bf16* input = nullptr;
    std::size_t line = 0;
    Bf16* output;
    std::size_t count;
  };

  void copy_patch(const Bf16* image, std::size_t row, std::size_t column, Bf16* to) const;
  void multiply_block(std::span<const TilePlace> tiles, const After& after, float* sums) const;

  Meeting meeting_;
  Shape from_, to_;
  std::size_t kernel_rows_, kernel_columns_;  // of the layer
  std::size_t window_rows_, window_columns_;  // of inputs that a sum is made of
  std::size_t stride_rows_, stride_columns_;  // of windows
  std::size_t before_rows_, before_columns_;  // of padding
  std::size_t sums_rows_, sums_columns_;      // places of windows
  std::size_t tiles_, tile_height_;           // of a row of windows; windows of a tile
  std::size_t inner_, steps_;                 // numbers of a window's row that are multiplied at once, and how often
  std::size_t block_rows_, block_tiles_;      // rows of windows and tiles of a row that are multiplied together
  std::size_t patch_line_;                    // numbers of a row of a tile's windows
  std::size_t apart_rows_ = 1, apart_columns_ = 1;  // of outputs, from a window's to the next window's
  std::vector<std::size_t> output_places_;          // of each sixteen outputs, from the window's first
  AlignedMemory weights_;
};

}  // namespace an::kernels::onednn
