// SPDX-License-Identifier: MIT
#include "network/fold_batch_norm.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "network/memory_plan.hpp"

namespace an::network {

using kernels::Operation;
using kernels::OperationKind;
using kernels::Plan;

namespace {

// The convolution that a batch norm alone reads from; null where it has none.
Operation* convolution_before(Plan& plan, const Operation& norm) {
  const std::size_t value = norm.inputs.front();
  const auto readers = std::ranges::count_if(
      plan.operations, [&](const Operation& o) { return std::ranges::count(o.inputs, value) > 0; });
  const auto found = std::ranges::find(plan.operations, value, &Operation::output);
  const bool fits = readers == 1 && found != plan.operations.end() && found->kind == OperationKind::convolution &&
                    !found->relu && value != plan.output;
  return fits ? &*found : nullptr;
}

// Kernels are (rows, columns, in, out): the channel normalised lies innermost.
void scale_convolution(const Operation& convolution, const Operation& norm, const Plan& plan, Weights& weights) {
  const std::size_t out = plan.values[norm.output].shape.channels;
  const std::size_t taps =
      convolution.kernel_rows * convolution.kernel_columns * plan.values[convolution.inputs.front()].shape.channels;
  float *kernel = weights.parameters.data() + convolution.weights, *bias = weights.parameters.data() + convolution.bias;
  for (std::size_t k = 0; k < out; ++k) {
    const auto mean = static_cast<double>(weights.statistics[norm.statistics + k]);
    const auto variance = static_cast<double>(weights.statistics[norm.statistics + out + k]);
    const double scale = static_cast<double>(weights.parameters[norm.weights + k]) /
                         std::sqrt(variance + static_cast<double>(kernels::batch_norm_epsilon));
    for (std::size_t t = 0; t < taps; ++t)
      kernel[t * out + k] = static_cast<float>(static_cast<double>(kernel[t * out + k]) * scale);
    bias[k] = static_cast<float>((static_cast<double>(bias[k]) - mean) * scale +
                                 static_cast<double>(weights.parameters[norm.bias + k]));
  }
}

}  // namespace

void fold_batch_norm(Network& network, Weights& weights) {
  Plan& plan = network.plan;
  AN_ASSERT(!plan.training);
  const std::vector<Operation> norms = [&] {
    std::vector<Operation> found;
    std::ranges::copy_if(plan.operations, std::back_inserter(found),
                         [](const Operation& o) { return o.kind == OperationKind::batch_norm; });
    return found;
  }();
  for (const Operation& norm : norms) {
    Operation* convolution = convolution_before(plan, norm);
    if (convolution == nullptr) continue;
    scale_convolution(*convolution, norm, plan, weights);
    convolution->output = norm.output;
    convolution->relu = norm.relu;
    std::erase_if(plan.operations,
                  [&](const Operation& o) { return o.kind == OperationKind::batch_norm && o.output == norm.output; });
  }
  lay_out_memory(plan, false);
}

}  // namespace an::network
