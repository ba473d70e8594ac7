// SPDX-License-Identifier: MIT
#include "app/train/shared_gradients.hpp"

namespace an::app {

SharedGradients::SharedGradients(const parallel::Communicator& world, std::size_t parameters)
    : alone_(world.size() == 1), sum_(world, alone_ ? 0 : parameters + 2) {}

void SharedGradients::backward(kernels::Executor& executor, double loss, double weight) {
  loss_ = loss;
  if (alone_) return executor.backward();
  const std::span<float> values = sum_.values();
  const auto factor = static_cast<float>(weight);
  values.back() = factor;
  values[values.size() - 2] = static_cast<float>(loss * weight);
  executor.backward([&](std::size_t first, std::span<const float> gradients) {
    for (std::size_t k = 0; k < gradients.size(); ++k) values[first + k] = gradients[k] * factor;
    sum_.begin_from(first);
  });
}

double SharedGradients::finish(kernels::Executor& executor) {
  if (alone_) return loss_;
  sum_.finish();
  const std::span<float> values = sum_.values();
  const float scale = values.back() > 0 ? 1 / values.back() : 0.0F;
  const std::span<float> gradients = values.first(values.size() - 2);
  for (float& g : gradients) g *= scale;
  executor.set_gradients(gradients);
  return static_cast<double>(values[values.size() - 2] * scale);
}

}  // namespace an::app
