// SPDX-License-Identifier: MIT
#include "network/tile_outputs.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "network/fold_batch_norm.hpp"

namespace an::network {

NetworkInput::NetworkInput(std::span<const ParticlePath> fov, const NetworkShape& shape)
    : fov_(fov), scale_(shape.scale) {
  if (shape.input_channels == feature_count) features_.emplace(fov);
}

void NetworkInput::write(std::size_t particle, std::size_t frames, std::span<float> row) const {
  if (features_)
    features_->write(particle, frames, row);
  else
    write_steps(fov_[particle], scale_, row);
}

void check_input_channels(const NetworkShape& shape) {
  if (shape.input_channels != feature_count && shape.input_channels != 2)
    throw std::invalid_argument("a network of " + std::to_string(shape.input_channels) + " input channels (expected " +
                                std::to_string(feature_count) + ", or 2 for steps alone)");
}

TileRunner make_tile_runner(Network network, Weights weights, kernels::Backend backend, kernels::Precision precision,
                            int device) {
  TileRunner runner{std::move(network), nullptr};
  fold_batch_norm(runner.network, weights);
  runner.executor = kernels::make_executor(backend, runner.network.plan, precision, device);
  runner.executor->set_parameters(weights.parameters, weights.statistics);
  return runner;
}

std::vector<float> TileRunner::outputs(const NetworkInput& input, std::size_t first, std::size_t count) {
  const kernels::Shape& tile = network.plan.values[network.plan.input].shape;
  const std::size_t width = tile.columns * tile.channels;
  std::vector<float> values(tile.size());
  for (std::size_t i = 0; i < count; ++i)
    input.write(first + i, tile.columns, std::span(values).subspan(i * width, width));
  executor->set_input(values);
  executor->forward(kernels::Mode::inference);
  std::vector<float> output(network.plan.values[network.plan.output].shape.size());
  executor->read_output(output);
  return output;
}

}  // namespace an::network
