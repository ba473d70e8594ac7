// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "app/track/tracked_video.hpp"
#include "segmentation/experiment_model.hpp"

namespace an::app {

/// Trajectories of a field of view, from a video or a CSV.
struct TrackedFov {
  segmentation::FieldOfView fov;
  std::optional<std::vector<std::size_t>>
      vips;                      ///< places of the VIPs' trajectories, which alone are submitted; or all
  double noise = 0;              ///< px, median error of localisation; 0 where it is not known
  double overlapping_noise = 0;  ///< px, the same of localisations near another one; 0 where there are none
};

/// Where the positions lie, beside the record.
std::filesystem::path positions_file(std::filesystem::path record);

/// Writes the tracks of a video with its VIPs first (their index is the VIP's) to positions_file(path):
/// `traj_idx,frame,x,y`, where x is the row as in the challenge's trajectories; and the errors of localisation to
/// `path`. \returns bytes written \throws OutputError
std::uint64_t write_tracked_fov(const std::filesystem::path& path, const TrackedVideo& video);

/// Reads what write_tracked_fov wrote. VIPs' trajectories begin at frame 0. \throws InputError
TrackedFov read_tracked_fov(const std::filesystem::path& path);

}  // namespace an::app
