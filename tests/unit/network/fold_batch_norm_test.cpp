// SPDX-License-Identifier: MIT
#include "network/fold_batch_norm.hpp"

#include <gtest/gtest.h>

#include "network_case.hpp"

namespace an::test {
namespace {

std::size_t norms(const network::Network& network) {
  return static_cast<std::size_t>(
      std::ranges::count(network.plan.operations, kernels::OperationKind::batch_norm, &kernels::Operation::kind));
}

std::vector<float> inference(const NetworkCase& c) {
  const auto executor = make_executor(kernels::Backend::reference, c.network.plan, kernels::Precision::f32);
  c.load(*executor);
  executor->forward(kernels::Mode::inference);
  return c.output(*executor);
}

TEST(FoldBatchNorm, GivesTheSameOutputsWithoutANorm) {
  for (const network::NetworkShape& shape : {batch_norm_shape(), joint_shape()}) {
    NetworkCase c(shape, 2, 4, 8, false, 21);
    const std::vector<float> expected = inference(c);
    EXPECT_GT(norms(c.network), 0U);
    network::fold_batch_norm(c.network, c.weights);
    EXPECT_EQ(norms(c.network), 0U);
    EXPECT_LT(relative_difference(inference(c), expected), 1e-5);
  }
}

TEST(FoldBatchNorm, ChangesNothingWhereThereIsNone) {
  NetworkCase c(plain_shape(kernels::LossKind::mae), 1, 4, 8, false, 22);
  const network::Weights before = c.weights;
  const std::vector<float> expected = inference(c);
  network::fold_batch_norm(c.network, c.weights);
  EXPECT_EQ(c.weights.parameters, before.parameters);
  EXPECT_EQ(inference(c), expected);
}

}  // namespace
}  // namespace an::test
