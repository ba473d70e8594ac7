// SPDX-License-Identifier: MIT
#include "app/paper/tile_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "app/train/weights_file.hpp"
#include "core/error.hpp"

namespace an::app {

TileNetwork::TileNetwork(const std::filesystem::path& weights, const PredictConfig& config, int device)
    : weights_(weights) {
  const io::ArrayReader file(weights);
  const network::NetworkShape shape = read_shape(file);
  try {
    check_input_channels(shape);
  } catch (const std::invalid_argument& error) {
    throw InputError(weights, error.what());
  }
  runner_.network = network_of(file, shape, 1, rows, frames);
  const network::Weights values = read_weights(file, runner_.network);
  runner_.executor = kernels::make_executor(config.backend, runner_.network.plan, config.precision, device);
  runner_.executor->set_parameters(values.parameters, values.statistics);
}

std::vector<float> TileNetwork::outputs(std::span<const network::ParticlePath> fov) {
  const network::NetworkInput input(fov, runner_.network.shape);
  std::vector<float> all;
  for (std::size_t first = 0; first < fov.size(); first += rows) {
    const std::vector<float> output = runner_.outputs(input, first, std::min(rows, fov.size() - first));
    if (!std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); }))
      throw InputError(weights_, "these weights give outputs that are not finite");
    all.insert(all.end(), output.begin(), output.end());
  }
  return all;
}

}  // namespace an::app
