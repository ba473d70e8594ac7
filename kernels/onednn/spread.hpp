// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/kernels.hpp"
#include "kernels/onednn/aligned_memory.hpp"

namespace an::kernels::onednn {

/// Each pixel multiplied into a block of `kernel_rows` x `kernel_columns` pixels of its own: a transposed convolution
/// whose stride is its kernel, and the gradient of the input of a convolution with such a stride.
/// For AVX-512 and output channels in sixteens. `A`: float or Bf16.
template <class A>
class Spread {
 public:
  /// Whether this machine and these shapes are such. \param in of the pixels that are spread
  static bool suits(const Operation& operation, const Shape& in, const Shape& out);

  Spread(const Operation& operation, const Shape& in, const Shape& out);

  /// The weights are packed again at the next run.
  void parameters_changed() { packed_ = false; }
  /// \param weights (kernel rows, kernel columns, out, in) \param bias null for none \param add to what y holds
  void run(const A* x, const float* weights, const float* bias, bool add, A* y);

 private:
  void pack(const float* weights);

  Shape in_, out_;
  std::size_t kernel_rows_, kernel_columns_;
  bool packed_ = false;
  AlignedMemory weights_;
};

}  // namespace an::kernels::onednn
