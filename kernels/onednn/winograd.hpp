// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/onednn/product.hpp"

namespace an::kernels::onednn {

/// 3x3 convolutions by minimal filtering (Lavin and Gray, 2016): 2x2 outputs take 16 multiplications rather than 36.
/// For AVX-512 and channels in sixteens. `A`: float or Bf16.
template <class A>
class Winograd final : public Product<A> {
 public:
  /// Whether this machine and these shapes are such.
  static bool suits(const Operation& operation, const Shape& in, const Shape& out);

  /// \param backward for the gradient of the input: `in` is then the shape of the output's gradient
  Winograd(const Shape& in, std::size_t out_channels, bool backward);

  std::size_t scratch_bytes() const override;

 private:
  void pack(const float* weights) override;
  void multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>& scratch) override;

  Shape in_;
  std::size_t out_channels_;
  bool backward_;
  std::size_t block_;  // tiles that are transformed and multiplied together
  AlignedMemory weights_;
};

}  // namespace an::kernels::onednn
