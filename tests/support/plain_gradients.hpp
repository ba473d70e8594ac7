// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "kernels/kernels.hpp"
#include "parallel/communicator.hpp"

namespace an::test {

/// After backward: leaves in the executor the mean of all ranks' gradients by their weights.
inline void share_gradients(const parallel::Communicator& world, kernels::Executor& executor, std::size_t parameters,
                            double weight) {
  if (world.size() == 1) return;
  std::vector<float> gradients(parameters);
  executor.read_gradients(gradients);
  gradients.push_back(1.0F);
  for (float& g : gradients) g *= static_cast<float>(weight);
  world.sum_in_rank_order(gradients);
  const float scale = gradients.back() > 0 ? 1 / gradients.back() : 0.0F;
  gradients.pop_back();
  for (float& g : gradients) g *= scale;
  executor.set_gradients(gradients);
}

}  // namespace an::test
