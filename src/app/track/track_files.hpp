// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "app/track/tracked_video.hpp"

namespace an::app {

/// Writes what the configuration asks for: a folder of CSV files, or `tracks.h5` in it. \returns bytes written
/// \throws OutputError
std::uint64_t write_tracks(const TrackedVideo& video, const TrackingConfig& config,
                           const std::filesystem::path& folder);

/// The files that write_tracks writes.
std::vector<std::filesystem::path> tracks_files(const TrackingConfig& config, const std::filesystem::path& folder);

}  // namespace an::app
