// SPDX-License-Identifier: MIT
// Gradients of the reference back end against finite differences, in double.
#include <gtest/gtest.h>

#include "kernels/back_ends.hpp"
#include "network_case.hpp"

namespace an::test {
namespace {

using kernels::LossKind;
using kernels::Mode;

double loss_at(const NetworkCase& c, kernels::Executor& executor, const std::vector<float>& parameters) {
  executor.set_parameters(parameters, c.weights.statistics);
  executor.forward(Mode::training);
  return executor.loss(c.loss, c.targets);
}

// A step that a ReLU or pool has no kink within gives the same slope at half its width; other parameters are left out.
void expect_gradients_right(const network::NetworkShape& shape) {
  const NetworkCase c(shape, 2, 4, 8, true, 5);
  const std::unique_ptr<kernels::Executor> executor = kernels::make_exact_executor(c.network.plan);
  c.load(*executor);
  loss_at(c, *executor, c.weights.parameters);
  executor->backward();
  std::vector<float> gradients(c.network.plan.parameters);
  executor->read_gradients(gradients);
  const auto slope = [&](std::size_t i, float width) {
    std::vector<float> up = c.weights.parameters, down = up;
    up[i] += width;
    down[i] -= width;
    const double distance = static_cast<double>(up[i]) - static_cast<double>(down[i]);
    return (loss_at(c, *executor, up) - loss_at(c, *executor, down)) / distance;
  };
  std::size_t compared = 0, all = 0;
  for (const network::Variable& v : c.network.variables) {
    if (!v.trainable) continue;
    for (std::size_t k = 0; k < v.size(); k += 1 + v.size() / 7, ++all) {
      const std::size_t i = v.place + k;
      const double wide = slope(i, 1e-4F), narrow = slope(i, 5e-5F);
      if (std::abs(wide - narrow) > 1e-6 + 1e-5 * std::abs(wide)) continue;
      ++compared;
      EXPECT_NEAR(static_cast<double>(gradients[i]), wide, 2e-6 + 1e-4 * std::abs(wide))
          << v.layer << '/' << v.name << " number " << k;
    }
  }
  EXPECT_GT(compared, 3 * all / 4);
}

TEST(ReferenceGradient, OfThePlainNetWithEachLoss) {
  expect_gradients_right(plain_shape(LossKind::mae));
  expect_gradients_right(plain_shape(LossKind::msle));
  expect_gradients_right(plain_shape(LossKind::cross_entropy));
}
TEST(ReferenceGradient, WithBatchNormAndGateOutput) { expect_gradients_right(batch_norm_shape()); }
TEST(ReferenceGradient, WithAttentionAndTheJointLoss) { expect_gradients_right(joint_shape()); }

}  // namespace
}  // namespace an::test
