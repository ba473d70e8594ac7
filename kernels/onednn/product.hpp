// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "kernels/bf16.hpp"
#include "kernels/kernels.hpp"
#include "kernels/onednn/aligned_memory.hpp"

/// What our own kernels for a layer with weights have in common. `A`: float or Bf16.
namespace an::kernels::onednn {

/// What comes after the products, in this order.
struct After {
  const float* bias = nullptr;  ///< null for none
  bool add = false;             ///< to what the output holds
  bool relu = false;
};

/// Whether each coarse pixel has a block of fine ones of its own, as large as the kernel, and they fill the image.
inline bool fills_blocks(const Operation& o, const Shape& coarse, const Shape& fine) {
  return o.kernel_rows == o.stride_rows && o.kernel_columns == o.stride_columns &&
         fine.rows == coarse.rows * o.kernel_rows && fine.columns == coarse.columns * o.kernel_columns;
}

/// Pixels multiplied by a layer's weights: its outputs, or the gradient of its input.
template <class A>
class Product {
 public:
  Product() = default;
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;
  virtual ~Product() = default;

  /// The weights are packed again at the next run.
  void parameters_changed() { packed_ = false; }
  /// What run() needs for each thread.
  virtual std::size_t scratch_bytes() const { return 0; }
  /// \param weights as the plan has them
  void run(const A* x, const float* weights, const After& after, A* y, const std::vector<AlignedMemory>& scratch) {
    if (!packed_) pack(weights);
    packed_ = true;
    multiply(x, after, y, scratch);
  }

 private:
  virtual void pack(const float* weights) = 0;
  virtual void multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>& scratch) = 0;

  bool packed_ = false;
};

/// Gradients of a layer's weights and bias.
template <class A>
class WeightsGradient {
 public:
  WeightsGradient() = default;
  WeightsGradient(const WeightsGradient&) = delete;
  WeightsGradient& operator=(const WeightsGradient&) = delete;
  virtual ~WeightsGradient() = default;

  virtual std::size_t scratch_bytes() const = 0;
  /// Writes dweights, as the plan has weights, and dbias.
  /// \param y of a layer with ReLU, else null: where it is not above 0, dy is put to 0 first
  virtual void run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
                   const std::vector<AlignedMemory>& scratch) const = 0;
};

}  // namespace an::kernels::onednn
