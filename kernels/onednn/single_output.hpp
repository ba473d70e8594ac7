// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/product.hpp"

/// 1x1 convolutions to a single channel, as heads and gates end in: sums over the channels of each pixel.
/// For AVX-512 and input channels in sixteens. `A`: float or Bf16.
namespace an::kernels::onednn {

/// Whether a layer and this machine are such.
bool has_single_output(const Operation& operation, const Shape& in, const Shape& out);

template <class A>
class SingleOutput final : public Product<A> {
 public:
  /// \param in of the layer \param backward for the gradient of its input
  SingleOutput(const Shape& in, bool backward) : in_(in), backward_(backward), weights_(in.channels) {}

 private:
  void pack(const float* weights) override { weights_.assign(weights, weights + in_.channels); }
  void multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>& scratch) override;

  Shape in_;
  bool backward_;
  std::vector<float> weights_;
};

template <class A>
class SingleOutputGradient final : public WeightsGradient<A> {
 public:
  explicit SingleOutputGradient(const Shape& in) : in_(in) {}

  std::size_t scratch_bytes() const override { return (in_.channels + 1) * sizeof(float); }
  void run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
           const std::vector<AlignedMemory>& scratch) const override;

 private:
  Shape in_;
};

}  // namespace an::kernels::onednn
