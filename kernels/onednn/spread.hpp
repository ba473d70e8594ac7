// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/product.hpp"

namespace an::kernels::onednn {

/// Each pixel multiplied into a block of `kernel_rows` x `kernel_columns` pixels of its own: a transposed convolution
/// whose stride is its kernel, and the gradient of the input of a convolution with such a stride.
/// For AVX-512 and output channels in sixteens. `A`: float or Bf16.
template <class A>
class Spread final : public Product<A> {
 public:
  /// Whether this machine and these shapes are such. \param in of the pixels that are spread
  static bool suits(const Operation& operation, const Shape& in, const Shape& out);

  Spread(const Operation& operation, const Shape& in, const Shape& out);

 private:
  void pack(const float* weights) override;  // (kernel rows, kernel columns, out, in)
  void multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>& scratch) override;

  Shape in_, out_;
  std::size_t kernel_rows_, kernel_columns_;
  AlignedMemory weights_;
};

}  // namespace an::kernels::onednn
