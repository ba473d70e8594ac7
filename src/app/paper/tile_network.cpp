// SPDX-License-Identifier: MIT
#include "app/paper/tile_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/train/weights_file.hpp"
#include "core/error.hpp"

namespace an::app {

using network::feature_count;
using network::ParticlePath;

TileNetwork::TileNetwork(const std::filesystem::path& weights, const PredictConfig& config, int device) {
  const io::ArrayReader file(weights);
  const network::NetworkShape shape = read_shape(file);
  if (shape.input_channels != 2 && shape.input_channels != feature_count)
    throw InputError(
        weights, fmt::format("a network of {} input channels (expected 2 or {})", shape.input_channels, feature_count));
  network_ = network_of(file, shape, 1, rows, frames);
  const network::Weights values = read_weights(file, network_);
  executor_ = kernels::make_executor(config.backend, network_.plan, config.precision, device);
  executor_->set_parameters(values.parameters, values.statistics);
}

std::vector<float> TileNetwork::outputs(std::span<const ParticlePath> fov) {
  const std::size_t width = frames * network_.shape.input_channels;
  std::optional<network::FovFeatures> features;
  if (network_.shape.input_channels == feature_count) features.emplace(fov);
  std::vector<float> all, output(network_.plan.values[network_.plan.output].shape.size());
  for (std::size_t first = 0; first < fov.size(); first += rows) {
    std::vector<float> input(rows * width);
    for (std::size_t i = first; i < std::min(first + rows, fov.size()); ++i) {
      const auto row = std::span(input).subspan((i - first) * width, width);
      if (features)
        features->write(i, frames, row);
      else
        write_steps(fov[i], network_.shape.scale, row);
    }
    executor_->set_input(input);
    executor_->forward(kernels::Mode::inference);
    executor_->read_output(output);
    all.insert(all.end(), output.begin(), output.end());
  }
  return all;
}

}  // namespace an::app
