// SPDX-License-Identifier: MIT
#include "app/paper/tile_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

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
  network::Network network = network_of(file, shape, 1, rows, frames);
  network::Weights values = read_weights(file, network);
  runner_ = make_tile_runner(std::move(network), std::move(values), config.backend, config.precision, device);
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
