// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/byte_archive.hpp"

namespace an::app {

/// One field of view that is to be inferred.
struct PlannedFov {
  std::size_t experiment;  ///< place in PredictionPlan::experiments
  std::size_t number;
  std::filesystem::path input;  ///< CSV of trajectories, or video
  double cost;                  ///< bytes of the input
};

struct PredictedExperiment {
  int track;  ///< 1: videos, 2: trajectories
  int number;
  std::filesystem::path place;    ///< `track_T/exp_E`, below the submission
  std::vector<std::size_t> fovs;  ///< places in PredictionPlan::fovs
};

/// What a folder of public data holds.
struct PredictionPlan {
  std::vector<PredictedExperiment> experiments;  ///< by track, then number
  std::vector<PlannedFov> fovs;                  ///< by experiment, then number
};

/// Finds `track_1/exp_E/videos_fov_F.tiff` and `track_2/exp_E/trajs_fov_F.csv`, whatever numbers there are.
/// \param only the track that is looked for; 0: both
/// \throws InputError where there is nothing to infer, two have the same number, or one is written with leading zeros
PredictionPlan find_public_data(const std::filesystem::path& input, int only = 0);

void pack(ByteWriter& writer, const PredictionPlan& plan);
void unpack(ByteReader& reader, PredictionPlan& plan);

}  // namespace an::app
