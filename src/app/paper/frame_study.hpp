// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/items/item_work.hpp"
#include "app/paper/frame_tally.hpp"
#include "app/paper/tile_network.hpp"
#include "io/trajectory_csv.hpp"

namespace an::app {

/// A field of view of a data set, and its truth frame by frame.
struct FrameFov {
  int experiment;
  std::size_t number;
  std::vector<io::CsvTrajectory> trajectories;
  std::vector<FrameLabels> truth;  ///< of each
};

/// Who predicts alpha, K and states of frames.
struct FrameJudge {
  std::string name;
  Told told;
  std::vector<std::pair<std::string, std::size_t>> parameters;  ///< of its networks, by what they tell
  std::function<FrameTally(const FrameFov& fov)> tally;
};

/// Networks that together tell all. \param weights their files \param device of those of a node, for `cuda`
FrameJudge judge_of_networks(const std::string& name, const std::vector<std::filesystem::path>& weights,
                             const PredictConfig& config, int device);
/// A submission: its segments' values in each of their frames. \param submission folder of track_2
FrameJudge judge_of_submission(const std::string& name, const std::filesystem::path& submission);

/// What a judge got right and wrong in a data set.
struct FrameStudy {
  struct Fov {
    int experiment;
    std::string model;
    FrameSums sums;
  };
  std::string name;
  Told told;
  std::vector<std::pair<std::string, std::size_t>> parameters;
  std::vector<Fov> fovs;
  report::HeatMap alpha{alpha_axis}, k{k_axis};
};

/// Compares a judge with the truth of track 2 below `data` and writes `file`. Collective.
/// \param made_from names the contents of what is compared, to be kept in the file \returns what failed, in words on
/// root
ItemOutcome study_frames(const std::filesystem::path& data, const FrameJudge& judge, const std::string& made_from,
                         const std::filesystem::path& file, const parallel::Communicator& world, Progress& progress);
/// \throws InputError where the file is missing or is not one that study_frames wrote
FrameStudy read_frame_study(const std::filesystem::path& file);

}  // namespace an::app
