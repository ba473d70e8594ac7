// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/kernels.hpp"
#include "kernels/onednn/aligned_memory.hpp"

namespace an::kernels::onednn {

/// 3x3 convolutions by minimal filtering (Lavin and Gray, 2016): 2x2 outputs take 16 multiplications rather than 36.
/// For AVX-512 and channels in sixteens. `A`: float or Bf16.
template <class A>
class Winograd {
 public:
  /// Whether this machine and these shapes are such.
  static bool suits(const Operation& operation, const Shape& in, const Shape& out);

  /// \param backward for the gradient of the input: `in` is then the shape of the output's gradient
  Winograd(const Shape& in, std::size_t out_channels, bool backward);

  /// The weights are transformed again at the next run.
  void parameters_changed() { packed_ = false; }
  /// What run() needs for each thread.
  std::size_t scratch_bytes() const;
  /// \param weights as the plan has them \param bias null for none \param add to what y holds
  void run(const A* x, const float* weights, const float* bias, bool relu, bool add, A* y,
           const std::vector<AlignedMemory>& scratch);

 private:
  void pack(const float* weights);

  Shape in_;
  std::size_t out_channels_;
  bool backward_, packed_ = false;
  std::size_t block_;  // tiles that are transformed and multiplied together
  AlignedMemory weights_;
};

}  // namespace an::kernels::onednn
