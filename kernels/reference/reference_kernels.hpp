// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "kernels/reference/attention.hpp"
#include "kernels/reference/convolution.hpp"
#include "kernels/reference/normalisation.hpp"
#include "kernels/reference/shaping.hpp"
#include "kernels/reference/training.hpp"

namespace an::kernels::reference {

/// The reference back end in float, or in double for checks by finite differences.
template <class Real>
class ReferenceKernels {
 public:
  using Activation = Real;
  using Number = Real;
  using C = Call<Real, Real>;
  static constexpr bool runs_behind = false;

  explicit ReferenceKernels(const Plan&) {}

  template <class T>
  T* allocate(std::size_t count) {
    memory_.push_back(std::make_unique<Real[]>(count));
    return memory_.back().get();
  }
  static void upload(std::span<const float> from, Real* to) { std::copy(from.begin(), from.end(), to); }
  static void download(const Real* from, std::span<float> to) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<float>(from[i]);
  }
  void parameters_changed(const Real*, std::size_t) {}
  void wait() {}

  void convolution(const C& c) { reference::convolution(c); }
  void convolution_backward(const C& c) { reference::convolution_backward(c); }
  void transposed_convolution(const C& c) { reference::transposed_convolution(c); }
  void transposed_convolution_backward(const C& c) { reference::transposed_convolution_backward(c); }
  void batch_norm(const C& c, Mode mode) { reference::batch_norm(c, mode); }
  void batch_norm_backward(const C& c) { reference::batch_norm_backward(c); }
  void layer_norm(const C& c) { reference::layer_norm(c); }
  void layer_norm_backward(const C& c) { reference::layer_norm_backward(c); }
  void max_pool(const C& c) { reference::max_pool(c); }
  void max_pool_backward(const C& c) { reference::max_pool_backward(c); }
  void add(const C& c) { reference::add(c); }
  void add_backward(const C& c) { reference::add_backward(c); }
  void gate(const C& c) { reference::gate(c); }
  void gate_backward(const C& c) { reference::gate_backward(c); }
  void concat(const C& c) { reference::concat(c); }
  void concat_backward(const C& c) { reference::concat_backward(c); }
  void pick(const C& c) { reference::pick(c); }
  void attention(const C& c) { reference::attention(c); }
  void attention_backward(const C& c) { reference::attention_backward(c); }
  double loss(const Loss& loss, const Shape& shape, const Real* output, const Real* targets, double weights,
              Real* gradient) {
    return reference::loss(loss, shape, output, targets, weights, gradient);
  }
  void adam(const AdamStep& step, std::size_t count, const Real* gradients, Real* first, Real* second,
            Real* parameters) {
    reference::adam(step, count, gradients, first, second, parameters);
  }

 private:
  std::vector<std::unique_ptr<Real[]>> memory_;
};

}  // namespace an::kernels::reference
