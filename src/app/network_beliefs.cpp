// SPDX-License-Identifier: MIT
#include "app/network_beliefs.hpp"

#include <cstdlib>
#include <stdexcept>

#include "app/weights_file.hpp"
#include "build_info.hpp"
#include "core/error.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

network::FramePredictor make_predictor(const fs::path& folder, const PredictConfig& config) {
  const fs::path path = (folder.empty() ? shipped_weights() : folder) / "default.h5";
  if (!fs::exists(path))
    throw InputError(
        path, "no weights of the network there [--weights DIR names their folder; --method likelihood needs none]");
  const io::ArrayReader file(path);
  const network::NetworkShape shape = read_shape(file);
  const network::Network smallest = make_network(shape, 1, 64, 208, false);
  try {
    return {shape, read_weights(file, smallest), config.backend, config.precision};
  } catch (const std::invalid_argument& error) {
    throw InputError(path, error.what());
  }
}

}  // namespace

fs::path shipped_weights() {
  const char* chosen = std::getenv("AN_WEIGHTS");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  return chosen != nullptr ? fs::path(chosen) : fs::path(build_info::source_folder) / "configs" / "weights";
}

NetworkBeliefs::NetworkBeliefs(const fs::path& folder, const PredictConfig& config)
    : predictor_(make_predictor(folder, config)) {}

std::vector<segmentation::FrameBeliefs> NetworkBeliefs::of(const segmentation::FieldOfView& fov) {
  std::vector<network::ParticlePath> pieces;
  std::vector<std::size_t> whose;  // trajectory of each piece
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
    const segmentation::Trajectory& t = fov.trajectories[i];
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(0, t.first_frame));
    for (std::size_t begin = 0; begin < t.x.size(); begin += segmentation::longest_piece) {
      const std::size_t frames = std::min(segmentation::longest_piece, t.x.size() - begin);
      pieces.push_back({first + begin, std::span(t.x).subspan(begin, frames), std::span(t.y).subspan(begin, frames)});
      whose.push_back(i);
    }
  }
  std::vector<segmentation::FrameBeliefs> beliefs(fov.trajectories.size());
  const std::vector<network::FramePredictions> predictions = predictor_.predict(pieces);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const network::FramePredictions& p = predictions[i];
    segmentation::FrameBeliefs& b = beliefs[whose[i]];
    b.alpha.insert(b.alpha.end(), p.alpha.begin(), p.alpha.end());
    b.log_k.insert(b.log_k.end(), p.log_k.begin(), p.log_k.end());
    b.change.insert(b.change.end(), p.change.begin(), p.change.end());
    for (const std::array<float, 4>& probability : p.probability)
      b.state.push_back({static_cast<double>(probability[0]), static_cast<double>(probability[1]),
                         static_cast<double>(probability[2]), static_cast<double>(probability[3])});
  }
  return beliefs;
}

}  // namespace an::app
