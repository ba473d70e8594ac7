// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "network/attention_unet.hpp"

namespace an::test {

/// A network with random weights, input and targets, for comparisons of back ends.
struct NetworkCase {
  network::Network network;
  network::Weights weights;
  std::vector<float> input, targets;
  kernels::Loss loss;

  NetworkCase(const network::NetworkShape& shape, std::size_t images, std::size_t rows, std::size_t columns,
              bool training, std::uint64_t seed)
      : network(make_network(shape, images, rows, columns, training)), weights(initial_weights(network, seed)) {
    Random random({seed, 0, 0, 0, RandomStream::particle});
    for (const network::Variable& v : network.variables) {
      auto values =
          (v.trainable ? weights.parameters : weights.statistics).begin() + static_cast<std::ptrdiff_t>(v.place);
      if (v.name == "bias" || v.name == "beta" || v.name == "moving_mean")
        std::generate_n(values, v.size(), [&] { return static_cast<float>(0.1 * random.normal()); });
      if (v.name == "gamma" || v.name == "moving_variance")
        std::generate_n(values, v.size(), [&] { return static_cast<float>(0.7 + 0.6 * random.uniform()); });
    }
    if (shape.task == kernels::LossKind::msle)  // K is clipped from below: start above that
      weights.parameters[network.variables.back().place] = 1.5F;
    input.resize(images * rows * columns * shape.input_channels);
    for (float& x : input) x = static_cast<float>(random.normal());
    if (shape.attention_blocks > 0)  // some particles end early, some are not there
      for (std::size_t p = 0; p < images * rows * columns; ++p)
        input[p * shape.input_channels + shape.mask_channel] =
            (p / columns) % 3 != 2 && p % columns < columns * (1 + (p / columns) % 2) / 2 ? 1.0F : 0.0F;
    loss.kind = shape.task;
    targets.resize(images * rows * columns * kernels::target_channels);
    for (std::size_t p = 0; p < images * rows * columns; ++p) {
      float* t = targets.data() + p * kernels::target_channels;
      t[0] = static_cast<float>(2 * random.uniform());
      t[1] = static_cast<float>(random.normal());
      t[2] = static_cast<float>(random.below(4));
      t[3] = random.coin(0.1) ? 1.0F : 0.0F;
      t[4] = random.coin(0.8) ? 1.0F : 0.0F;
    }
  }
  std::vector<float> output(const kernels::Executor& executor) const {
    std::vector<float> values(network.plan.values[network.plan.output].shape.size());
    executor.read_output(values);
    return values;
  }
  void load(kernels::Executor& executor) const {
    executor.set_parameters(weights.parameters, weights.statistics);
    executor.set_input(input);
  }
};

/// Largest difference over the largest magnitude of `expected`.
inline double relative_difference(const std::vector<float>& found, const std::vector<float>& expected) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double d = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    difference = std::isnan(d) ? INFINITY : std::max(difference, d);
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  return found.size() == expected.size() ? difference / largest : INFINITY;
}

inline network::NetworkShape batch_norm_shape() {
  network::NetworkShape s;
  s.filters = {4, 6};
  s.bottom = 8;
  s.inter_divisor = 2;
  s.gate_output_conv = s.batch_norm = true;
  s.task = kernels::LossKind::cross_entropy;
  return s;
}
inline network::NetworkShape plain_shape(kernels::LossKind task) {
  network::NetworkShape s;
  s.filters = {4, 6};
  s.bottom = 8;
  s.task = task;
  return s;
}
inline network::NetworkShape joint_shape() {
  network::NetworkShape s;
  s.filters = {4, 6};
  s.bottom = 8;
  s.batch_norm = true;
  s.task = kernels::LossKind::joint;
  s.kernel_rows = s.pool_rows = 1;
  s.kernel_columns = 5;
  s.input_channels = 5;
  s.attention_blocks = 1;
  s.attention_heads = 2;
  s.mask_channel = 3;
  return s;
}

}  // namespace an::test
