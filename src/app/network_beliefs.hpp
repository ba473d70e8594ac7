// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "app/config.hpp"
#include "network/frame_predictor.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::app {

/// The weights that come with the program: where AN_WEIGHTS says, where they were installed with the program, or beside
/// its sources. Holds `default.h5`.
std::filesystem::path shipped_weights();

/// What the network with the weights of a folder says of trajectories.
class NetworkBeliefs {
 public:
  /// \param folder holds `default.h5`; empty: the shipped weights \throws InputError, kernels::BackendMissing
  NetworkBeliefs(const std::filesystem::path& folder, const PredictConfig& config);

  /// Of every trajectory of a field of view.
  std::vector<segmentation::FrameBeliefs> of(const segmentation::FieldOfView& fov);

 private:
  network::FramePredictor predictor_;
};

}  // namespace an::app
