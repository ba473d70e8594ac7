// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <vector>

#include "app/settings/config.hpp"
#include "core/frame.hpp"
#include "io/video_reader.hpp"
#include "tracking/track_linker.hpp"

namespace an::app {

/// One localisation with its track. What a method does not measure is NaN.
struct TrackedPoint {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  std::int64_t frame = 0;
  double y = 0, x = 0;  ///< row and column, px
  double mass = unknown, size = unknown, ecc = unknown, signal = unknown, raw_mass = unknown, ep = unknown;
  double photons = unknown, sd_y = unknown, sd_x = unknown, sd_photons = unknown, score = unknown;
  std::size_t track = tracking::no_track;
};

/// A labelled particle and the track it was found to be.
struct TrackedVip {
  std::int64_t vip = 0;
  std::size_t track = tracking::no_track;   ///< no_track: nothing was localised for it
  double distance = TrackedPoint::unknown;  ///< px from the label's centre
};

/// Everything found in a video.
struct TrackedVideo {
  std::size_t rows = 0, columns = 0, frames = 0, tracks = 0;
  std::vector<TrackedPoint> points;  ///< in tracks, by frame, then row and column
  std::vector<TrackedVip> vips;      ///< by index
  bool has_vip_map = false;          ///< where it has none, all tracks are of interest
  io::Calibration calibration;
  std::size_t blank = 0;  ///< frames of one grey value, as behind a closed shutter: nothing is localised in them
  Frame brightest;        ///< of each pixel, over all frames; empty unless asked for
};

/// Tracks one video, holding one frame at a time (ten for calibration). \throws InputError naming the page, or that all
/// frames are blank
TrackedVideo track_video(const std::filesystem::path& path, const TrackingConfig& config);

/// The points of each track, by frame.
std::map<std::size_t, std::vector<const TrackedPoint*>> points_by_track(const TrackedVideo& video);

}  // namespace an::app
