// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "kernels/bf16.hpp"
#include "kernels/kernels.hpp"
#include "kernels/onednn/aligned_memory.hpp"

namespace an::kernels::onednn {

/// Gradients of the weights of a transposed convolution whose stride is its kernel, or of a convolution with such a
/// stride: products of `coarse` pixels with the `fine` ones of their blocks.
/// For AVX-512 and channels in sixteens. `A`: float or Bf16.
template <class A>
class SpreadGradient {
 public:
  /// Whether this machine and these shapes are such.
  static bool suits(const Operation& operation, const Shape& coarse, const Shape& fine);

  SpreadGradient(const Operation& operation, const Shape& coarse, const Shape& fine);

  /// What run() needs for each thread.
  std::size_t scratch_bytes() const;
  /// Writes dweights (kernel rows, kernel columns, fine channels, coarse channels).
  void run(const A* coarse, const A* fine, float* dweights, const std::vector<AlignedMemory>& scratch) const;

 private:
  std::size_t products() const;

  Shape coarse_, fine_;
  std::size_t kernel_rows_, kernel_columns_;
};

}  // namespace an::kernels::onednn
