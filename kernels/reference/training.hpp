// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/loss_terms.hpp"
#include "kernels/plan_executor.hpp"

namespace an::kernels::reference {

/// Mean of the pixels' losses by their weights, and the gradient at the output. \param weights their sum
template <class A, class N>
double loss(const Loss& loss, const Shape& shape, const A* output, const N* targets, double weights, A* gradient) {
  const std::size_t channels = shape.channels;
  std::vector<N> values(channels), slopes(channels);
  double sum = 0;
  for (std::size_t p = 0; p < shape.pixels(); ++p) {
    const N* target = targets + p * target_channels;
    const N weight = weights > 0 ? N(static_cast<double>(target[4]) / weights) : N(0);
    for (std::size_t k = 0; k < channels; ++k) {
      values[k] = static_cast<N>(output[p * channels + k]);
      slopes[k] = 0;
    }
    const N value = weight > 0 ? pixel_loss(loss, values.data(), target, slopes.data()) : N(0);
    sum += static_cast<double>(weight * value);
    for (std::size_t k = 0; k < channels; ++k) gradient[p * channels + k] = A(weight * slopes[k]);
  }
  return sum;
}

template <class N>
void adam(const AdamStep& s, std::size_t count, const N* gradients, N* first, N* second, N* parameters) {
  const auto [first_factor, second_factor] = adam_corrections(s);
  for (std::size_t i = 0; i < count; ++i) {
    const N g = gradients[i];
    first[i] = N(s.beta1) * first[i] + (1 - N(s.beta1)) * g;
    second[i] = N(s.beta2) * second[i] + (1 - N(s.beta2)) * g * g;
    const N slope = first[i] * N(first_factor) / (std::sqrt(second[i] * N(second_factor)) + N(s.epsilon));
    parameters[i] -= N(s.rate) * (slope + N(s.decay) * parameters[i]);
  }
}

}  // namespace an::kernels::reference
