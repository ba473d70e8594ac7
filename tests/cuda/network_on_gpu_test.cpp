// SPDX-License-Identifier: MIT
// The GPU's back end against the reference. Ends with 77, in words, where there is no device.
#include <gtest/gtest.h>

#include <cstdio>

#include "kernels/back_ends.hpp"
#include "network_case.hpp"

namespace an::test {
namespace {

using kernels::LossKind;
using kernels::Mode;
using kernels::Precision;

struct Result {
  std::vector<float> inference, output, gradients, stepped;
  double loss = 0;
};

Result run(const NetworkCase& c, kernels::Executor& executor, int steps) {
  c.load(executor);
  Result r;
  executor.forward(Mode::inference);
  r.inference = c.output(executor);
  executor.forward(Mode::training);
  r.output = c.output(executor);
  r.loss = executor.loss(c.loss, c.targets);
  executor.backward();
  r.gradients.resize(c.network.plan.parameters);
  executor.read_gradients(r.gradients);
  kernels::AdamStep adam;
  for (int i = 1; i <= steps; ++i) {
    adam.step = static_cast<std::uint64_t>(i);
    executor.step(adam);
    executor.forward(Mode::training);
    executor.loss(c.loss, c.targets);
    executor.backward();
  }
  r.stepped.resize(c.network.plan.parameters);
  std::vector<float> statistics(c.network.plan.statistics);
  executor.read_parameters(r.stepped, statistics);
  return r;
}

double norm_difference(const std::vector<float>& found, const std::vector<float>& expected) {
  double difference = 0, square = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double d = static_cast<double>(found[i]) - static_cast<double>(expected[i]);
    difference += d * d;
    square += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
  }
  return std::sqrt(difference / square);
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    first += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    second += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return product / std::sqrt(first * second);
}

// Each variable's gradients by their largest, but not by less than a 300th of the largest of all: a bias before a
// batch norm has a gradient of nothing but roundings.
double gradient_difference(const NetworkCase& c, const std::vector<float>& found, const std::vector<float>& expected) {
  double largest_of_all = 0, worst = 0;
  for (const float g : expected) largest_of_all = std::max(largest_of_all, std::abs(static_cast<double>(g)));
  for (const network::Variable& v : c.network.variables) {
    if (!v.trainable) continue;
    double largest = largest_of_all / 300, difference = 0;
    for (std::size_t i = v.place; i < v.place + v.size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
      difference = std::max(difference, std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
    }
    worst = std::max(worst, difference / largest);
  }
  return worst;
}

void compare(const network::NetworkShape& shape, std::size_t images, std::size_t rows, std::size_t columns) {
  const NetworkCase c(shape, images, rows, columns, true, 11);
  const Result expected = run(c, *kernels::make_reference_executor(c.network.plan), 2);
  const Result found = run(c, *kernels::make_cuda_executor(c.network.plan, Precision::f32, 0), 2);
  EXPECT_LT(relative_difference(found.inference, expected.inference), 1e-5);
  EXPECT_LT(relative_difference(found.output, expected.output), 2e-5);
  EXPECT_NEAR(found.loss, expected.loss, 1e-5 * std::abs(expected.loss));
  EXPECT_LT(gradient_difference(c, found.gradients, expected.gradients), 1e-4);
  EXPECT_LT(norm_difference(found.gradients, expected.gradients), 1e-4);
  // Adam's first steps go by the sign of a gradient, so that roundings of tiny ones show.
  EXPECT_LT(norm_difference(found.stepped, expected.stepped), 2e-3);
  const Result narrow = run(c, *kernels::make_cuda_executor(c.network.plan, Precision::bf16, 0), 2);
  EXPECT_LT(norm_difference(narrow.inference, expected.inference), 2e-2);
  EXPECT_LT(norm_difference(narrow.output, expected.output), 6e-2);
  EXPECT_NEAR(narrow.loss, expected.loss, 2e-2 * std::abs(expected.loss));
  // The signs of small errors and batch statistics of few pixels make gradients of bf16 noisy; their direction holds.
  EXPECT_GT(cosine(narrow.gradients, expected.gradients), 0.85);
  const Result again = run(c, *kernels::make_cuda_executor(c.network.plan, Precision::bf16, 0), 2);
  EXPECT_EQ(narrow.gradients, again.gradients);
  EXPECT_EQ(narrow.stepped, again.stepped);
}

network::NetworkShape wide(network::NetworkShape shape) {
  shape.filters = {16, 24};
  shape.bottom = 32;
  if (shape.input_channels == 5) shape.input_channels = 16;
  return shape;
}

TEST(NetworkOnGpu, PlainOfOddChannels) {
  for (const LossKind task : {LossKind::mae, LossKind::msle, LossKind::cross_entropy})
    compare(plain_shape(task), 2, 8, 16);
}
TEST(NetworkOnGpu, BatchNormOfOddChannels) { compare(batch_norm_shape(), 2, 8, 16); }
TEST(NetworkOnGpu, AttentionOfOddChannels) { compare(joint_shape(), 2, 6, 16); }
TEST(NetworkOnGpu, PlainOfTensorCoreChannels) { compare(wide(plain_shape(LossKind::mae)), 2, 16, 32); }
TEST(NetworkOnGpu, BatchNormOfTensorCoreChannels) { compare(wide(batch_norm_shape()), 2, 16, 32); }
TEST(NetworkOnGpu, AttentionOfTensorCoreChannels) { compare(wide(joint_shape()), 2, 6, 32); }
TEST(NetworkOnGpu, TheDefaultNet) { compare(network::shape_of_name("default"), 1, 6, 48); }
TEST(NetworkOnGpu, TheSmallNet) { compare(network::shape_of_name("small-state"), 1, 64, 208); }

}  // namespace
}  // namespace an::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!an::kernels::backend_works(an::kernels::Backend::cuda)) {
    std::printf("skipped: back end cuda: %s\n", an::kernels::backend_description(an::kernels::Backend::cuda).c_str());
    return 77;
  }
  return RUN_ALL_TESTS();
}
