// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/product.hpp"

namespace an::kernels::onednn {

/// Gradients of the weights of convolutions, and of transposed ones whose stride is their kernel, on the tiles of AMX:
/// sums over pixels of `window` pixels (what the kernel reaches) times `centre` pixels (one a window).
class TileGradient final : public WeightsGradient<Bf16> {
 public:
  /// Whether this machine and these shapes are such.
  static bool suits(const Operation& operation, const Shape& in, const Shape& out);

  TileGradient(const Operation& operation, const Shape& in, const Shape& out);

  std::size_t scratch_bytes() const override;
  void run(const Bf16* x, Bf16* dy, const Bf16* y, float* dweights, float* dbias,
           const std::vector<AlignedMemory>& scratch) const override;

 private:
  struct Memory;
  // Products that are summed in one tile: a column of the kernel and sixteen channels of the centre.
  struct Part {
    std::size_t column, channel;
  };

  std::size_t sums() const;
  std::size_t turned_line() const;
  std::size_t turned_numbers() const;
  std::size_t pairs_sixteen() const;
  std::size_t pairs_line() const;
  std::size_t pairs_numbers() const;
  void turn_line(const Bf16* windows, std::size_t image, std::size_t row, const Memory& memory) const;
  void add_products(std::size_t first_row, std::size_t rows, const Memory& memory) const;

  bool transposed_;
  Shape windows_, centres_;
  std::size_t kernel_rows_, kernel_columns_, stride_rows_, stride_columns_;
  std::size_t before_rows_, before_columns_;  // of padding
  std::size_t phases_;                        // of window columns: those that lie alike between strides
  std::size_t front_;                         // pairs of zeros before a row of centres
  std::size_t line_;                          // pixels of a turned row
  std::size_t block_rows_;                    // rows of centres that are multiplied together
  std::size_t lines_;                         // rows of windows that are kept
  std::vector<std::vector<Part>> parts_;      // of each phase
};

}  // namespace an::kernels::onednn
