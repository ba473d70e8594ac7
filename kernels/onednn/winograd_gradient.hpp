// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/product.hpp"

namespace an::kernels::onednn {

/// Gradients of the weights and bias of what Winograd convolves, by the same filtering. `A`: float or Bf16.
template <class A>
class WinogradGradient final : public WeightsGradient<A> {
 public:
  WinogradGradient(const Shape& in, std::size_t out_channels);

  std::size_t scratch_bytes() const override;
  void run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
           const std::vector<AlignedMemory>& scratch) const override;

 private:
  Shape in_;
  std::size_t out_channels_, block_;  // tiles that are transformed and multiplied together
};

}  // namespace an::kernels::onednn
