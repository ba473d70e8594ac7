// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/settings/config.hpp"
#include "network/frame_predictor.hpp"
#include "segmentation/frame_beliefs.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::app {

/// The files of weights in a folder that a method needs, if any: `default.h5`, or `paper_alpha.h5`, `paper_k.h5` and
/// `paper_state.h5`. Where the folder is empty they are those that come with the program: where AN_WEIGHTS says, where
/// they were installed with it, or beside its sources.
std::vector<std::filesystem::path> weights_files(const std::filesystem::path& folder, Method method);

/// The network of this task in a file. \param device as of kernels::make_executor \throws InputError naming the file
/// where it is missing, damaged or of another task; kernels::BackendMissing
network::FramePredictor make_predictor(const std::filesystem::path& file, kernels::LossKind task,
                                       const PredictConfig& config, int device);

/// Whether each of so many trajectories is wanted, by the places of those that are (none: all).
std::vector<bool> which_are_wanted(const std::optional<std::vector<std::size_t>>& wanted, std::size_t trajectories);

/// Trajectories as networks take them; views of `fov`.
std::vector<network::ParticlePath> paths_of(const segmentation::FieldOfView& fov);

/// What predictions of all four say, as beliefs.
segmentation::FrameBeliefs beliefs_of(const network::FramePredictions& predictions);

/// What the network with the weights of a folder says of trajectories.
class NetworkBeliefs {
 public:
  /// \param folder holds `default.h5`; empty: the shipped weights \param device as of kernels::make_executor
  /// \throws InputError, kernels::BackendMissing
  NetworkBeliefs(const std::filesystem::path& folder, const PredictConfig& config, int device);

  /// Of the trajectories of a field of view at these places (or all), each at its place; of others there is nothing.
  /// One longer than `longest_piece` is seen in pieces, twice: what is said of a frame next to the end of a piece is
  /// not taken.
  std::vector<segmentation::FrameBeliefs> of(const segmentation::FieldOfView& fov,
                                             const std::optional<std::vector<std::size_t>>& places = {});

 private:
  // A piece without a step is not looked at, but goes on as the one before it.
  // \param wanted whether each trajectory is \param ends of the pieces of a trajectory of so many frames
  std::vector<segmentation::FrameBeliefs> of_pieces(std::span<const network::ParticlePath> paths,
                                                    const std::vector<bool>& wanted,
                                                    const std::function<std::vector<std::size_t>(std::size_t)>& ends);

  network::FramePredictor predictor_;
};

/// What the network says of an experiment's first fields of view, and how well models agree.
class NetworkOpinion {
 public:
  /// A reference to the fields of view is kept. \param options as trajectories are inferred
  NetworkOpinion(NetworkBeliefs& network, std::span<const segmentation::FieldOfView> fovs,
                 const segmentation::InferenceOptions& options);

  segmentation::Agreement agreement_with(const segmentation::ExperimentModel& model);

 private:
  std::span<const segmentation::FieldOfView> fovs_;
  segmentation::InferenceOptions options_;
  std::vector<std::vector<segmentation::FrameBeliefs>> beliefs_;  // [field of view][trajectory], of the first ones
};

}  // namespace an::app
