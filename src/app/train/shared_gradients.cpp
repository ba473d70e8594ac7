// SPDX-License-Identifier: MIT
#include "app/train/shared_gradients.hpp"

namespace an::app {

SharedGradients::SharedGradients(const parallel::Communicator& world, std::size_t parameters)
    : alone_(world.size() == 1), sum_(world, alone_ ? 0 : parameters + 1) {}

void SharedGradients::backward(kernels::Executor& executor, double weight) {
  if (alone_) return executor.backward();
  const std::span<float> values = sum_.values();
  const auto factor = static_cast<float>(weight);
  values.back() = factor;
  executor.backward([&](std::size_t first, std::span<const float> gradients) {
    for (std::size_t k = 0; k < gradients.size(); ++k) values[first + k] = gradients[k] * factor;
    sum_.begin_from(first);
  });
}

void SharedGradients::finish(kernels::Executor& executor) {
  if (alone_) return;
  sum_.finish();
  const std::span<float> values = sum_.values();
  const float scale = values.back() > 0 ? 1 / values.back() : 0.0F;
  const std::span<float> gradients = values.first(values.size() - 1);
  for (float& g : gradients) g *= scale;
  executor.set_gradients(gradients);
}

}  // namespace an::app
