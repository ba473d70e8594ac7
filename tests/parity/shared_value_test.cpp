// SPDX-License-Identifier: MIT
// A value that several convolutions read: each of them adds to its gradient.
#include <gtest/gtest.h>

#include <cmath>

#include "network/memory_plan.hpp"
#include "network_case.hpp"

namespace an::test {
namespace {

using kernels::Backend;
using kernels::Mode;
using kernels::Operation;
using kernels::OperationKind;
using kernels::Plan;
using kernels::Shape;

class PlanOfReaders {
 public:
  explicit PlanOfReaders(const Shape& input) { plan_.values.push_back({input}); }

  std::size_t convolution(std::size_t x, std::size_t rows, std::size_t columns, std::size_t filters, bool relu) {
    Shape out = plan_.values[x].shape;
    Operation o;
    o.kind = OperationKind::convolution;
    o.name = "convolution" + std::to_string(plan_.operations.size());
    o.inputs = {x};
    o.kernel_rows = rows;
    o.kernel_columns = columns;
    o.relu = relu;
    o.weights = plan_.parameters;
    plan_.parameters += rows * columns * out.channels * filters;
    o.bias = plan_.parameters;
    plan_.parameters += filters;
    out.channels = filters;
    return add(o, out);
  }
  std::size_t sum(std::size_t a, std::size_t b) {
    Operation o;
    o.kind = OperationKind::add;
    o.name = "sum" + std::to_string(plan_.operations.size());
    o.inputs = {a, b};
    return add(o, plan_.values[a].shape);
  }
  Plan finish(std::size_t output) {
    plan_.output = output;
    network::lay_out_memory(plan_, true);
    return plan_;
  }

 private:
  std::size_t add(Operation o, const Shape& out) {
    plan_.values.push_back({out});
    o.output = plan_.values.size() - 1;
    plan_.operations.push_back(o);
    return o.output;
  }
  Plan plan_;
};

Plan readers(std::size_t images, std::size_t channels) {
  PlanOfReaders p({images, 6, 30, 3});
  const std::size_t shared = p.convolution(0, 3, 3, channels, true);
  const std::size_t square = p.convolution(shared, 3, 3, channels, true);
  const std::size_t single = p.convolution(shared, 1, 1, channels, false);
  const std::size_t wide = p.convolution(shared, 1, 5, channels, true);
  return p.finish(p.convolution(p.sum(p.sum(square, single), wide), 1, 1, 1, false));
}

std::vector<float> gradients(Backend backend, const Plan& plan) {
  const auto wave = [](std::size_t count, float pace) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(pace * static_cast<float>(i));
    return values;
  };
  const auto executor = make_executor(backend, plan, kernels::Precision::f32);
  std::vector<float> parameters = wave(plan.parameters, 1.3F);
  for (float& x : parameters) x *= 0.2F;
  executor->set_parameters(parameters, {});
  executor->set_input(wave(plan.values[plan.input].shape.size(), 0.7F));
  executor->forward(Mode::training);
  std::vector<float> targets = wave(plan.values[plan.output].shape.pixels() * kernels::target_channels, 2.1F);
  for (std::size_t i = 4; i < targets.size(); i += 5) targets[i] = 1;
  executor->loss({.kind = kernels::LossKind::mae}, targets);
  executor->backward();
  std::vector<float> found(plan.parameters);
  executor->read_gradients(found);
  return found;
}

TEST(SharedValue, TakesTheGradientsOfAllItsReaders) {
  for (const Backend backend : {Backend::onednn, Backend::cuda}) {
    if (!kernels::backend_works(backend)) continue;
    for (const std::size_t channels : {6U, 16U, 48U})
      for (const std::size_t images : {1U, 2U}) {
        const Plan plan = readers(images, channels);
        EXPECT_LT(relative_difference(gradients(backend, plan), gradients(Backend::reference, plan)), 1e-4)
            << kernels::backend_name(backend) << ", channels " << channels << ", images " << images;
      }
  }
}

}  // namespace
}  // namespace an::test
