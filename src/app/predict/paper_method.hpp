// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "app/settings/config.hpp"
#include "network/frame_predictor.hpp"
#include "segmentation/paper_chain.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::app {

/// The chain's options as configured. \throws ConfigError where they do not go together
segmentation::ChainOptions chain_options(const ChainConfig& config);

/// The AnomalousNet paper's method: networks of alpha, K and states, each on the steps of 64 trajectories, then its
/// chain from frames to segments.
class PaperMethod {
 public:
  /// \param files of the weights for alpha, K and states \param device as of kernels::make_executor
  /// \throws InputError, ConfigError, kernels::BackendMissing
  PaperMethod(const std::vector<std::filesystem::path>& files, const Config& config, int device);

  /// Segments of the wanted trajectories (or all). The intervals are the spread over the frames; the chain tells no
  /// probability of a change point: all have 1. \param fov all trajectories of one field of view
  segmentation::InferredFov infer(const segmentation::FieldOfView& fov,
                                  const std::optional<std::vector<std::size_t>>& wanted);

 private:
  segmentation::ChainOptions options_;
  network::FramePredictor alpha_, k_, state_;
};

/// `ensemble_labels.txt` by the paper: two clusters of segments where several states are seen, else one.
/// \throws OutputError
void write_paper_ensemble(const std::filesystem::path& path, const std::vector<segmentation::ChainSegment>& segments);

}  // namespace an::app
