// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "kernels/bf16.hpp"
#include "kernels/kernels.hpp"
#include "kernels/onednn/aligned_memory.hpp"

namespace an::kernels::onednn {

/// Gradients of the weights and bias of what Winograd convolves, by the same filtering. `A`: float or Bf16.
template <class A>
class WinogradGradient {
 public:
  WinogradGradient(const Shape& in, std::size_t out_channels);

  /// What run() needs for each thread.
  std::size_t scratch_bytes() const;
  /// Writes dweights (rows, columns, in, out) and dbias.
  /// \param y of a convolution with ReLU, else null: where it is not above 0, dy is put to 0 first
  void run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
           const std::vector<AlignedMemory>& scratch) const;

 private:
  Shape in_;
  std::size_t out_channels_, block_;  // tiles that are transformed and multiplied together
};

}  // namespace an::kernels::onednn
