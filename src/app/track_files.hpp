// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/tracked_video.hpp"

namespace an::app {

/// `localisations.csv`: all localisations by frame; x is the column, y the row; unknown values are empty.
std::string localisations_text(const TrackedVideo& video);

/// `trajectories.csv`: `traj_idx,frame,x,y` as in the challenge, where x is the row and y the column. Frames in which a
/// particle was not found are left out.
std::string trajectories_text(const TrackedVideo& video);

/// `vip.csv`: `vip,traj_idx,distance`; empty cells where nothing was found.
std::string vips_text(const TrackedVideo& video);

/// TrackMate's table of spots with its four header lines, in the video's own units.
std::string trackmate_text(const TrackedVideo& video);

/// Writes what the configuration asks for: a folder of CSV files, or `tracks.h5` in it. \returns bytes written
/// \throws OutputError
std::uint64_t write_tracks(const TrackedVideo& video, const TrackingConfig& config,
                           const std::filesystem::path& folder);

/// The files that write_tracks writes.
std::vector<std::filesystem::path> tracks_files(const TrackingConfig& config, const std::filesystem::path& folder);

}  // namespace an::app
