// SPDX-License-Identifier: MIT
#include "app/network_beliefs.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "app/weights_file.hpp"
#include "build_info.hpp"
#include "core/error.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

network::FramePredictor make_predictor(const fs::path& folder, const PredictConfig& config) {
  const fs::path path = (folder.empty() ? shipped_weights() : folder) / "default.h5";
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
  if (chosen != nullptr) return chosen;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path() / build_info::data_from_program / "configs" / "weights";
  return fs::is_directory(installed, error) ? installed.lexically_normal()
                                            : fs::path(build_info::source_folder) / "configs" / "weights";
}

NetworkBeliefs::NetworkBeliefs(const fs::path& folder, const PredictConfig& config)
    : predictor_(make_predictor(folder, config)) {}

std::vector<segmentation::FrameBeliefs> NetworkBeliefs::of(const segmentation::FieldOfView& fov) {
  std::vector<network::ParticlePath> paths;
  for (const segmentation::Trajectory& t : fov.trajectories)
    paths.push_back({static_cast<std::size_t>(std::max<std::int64_t>(0, t.first_frame)), t.x, t.y});
  std::vector<segmentation::FrameBeliefs> beliefs;
  for (const network::FramePredictions& p : predictor_.predict(paths)) {
    segmentation::FrameBeliefs b;
    b.alpha.assign(p.alpha.begin(), p.alpha.end());
    b.log_k.assign(p.log_k.begin(), p.log_k.end());
    b.change.assign(p.change.begin(), p.change.end());
    for (const std::array<float, 4>& probability : p.probability)
      b.state.push_back({static_cast<double>(probability[0]), static_cast<double>(probability[1]),
                         static_cast<double>(probability[2]), static_cast<double>(probability[3])});
    beliefs.push_back(std::move(b));
  }
  return beliefs;
}

}  // namespace an::app
