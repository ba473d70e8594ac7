// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/product.hpp"

namespace an::kernels::onednn {

/// Gradients of the weights of a transposed convolution whose stride is its kernel, or of a convolution with such a
/// stride: products of `coarse` pixels with the `fine` ones of their blocks.
/// For AVX-512 and channels in sixteens. `A`: float or Bf16.
template <class A>
class SpreadGradient final : public WeightsGradient<A> {
 public:
  /// Whether this machine and these shapes are such.
  static bool suits(const Operation& operation, const Shape& coarse, const Shape& fine);

  SpreadGradient(const Operation& operation, const Shape& coarse, const Shape& fine);

  std::size_t scratch_bytes() const override;
  void run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
           const std::vector<AlignedMemory>& scratch) const override;

 private:
  std::size_t products() const;

  Shape coarse_, fine_;
  std::size_t kernel_rows_, kernel_columns_;
  bool transposed_;
};

}  // namespace an::kernels::onednn
