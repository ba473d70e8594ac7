// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tracking/place_grid.hpp"

namespace an::tracking {

/// A particle at one frame: of the truth, or localised and linked.
struct TrackPoint {
  std::int64_t frame = 0;
  double y = 0, x = 0;     ///< row and column, px
  std::int64_t track = 0;  ///< points of equal number are one trajectory
};

/// A particle is found when a localisation is this near, px.
inline constexpr double found_distance = 1.5;
/// A trajectory is whole when one track has this share of it, and this share of the track is its.
inline constexpr double whole_share = 0.95;

/// How good localisations and tracks are.
struct TrackingQuality {
  std::size_t truth = 0, localisations = 0, found = 0;  ///< points
  double squared_error = 0;                             ///< sum over found points and both axes, px²
  std::size_t truth_links = 0;                          ///< pairs of consecutive frames of a trajectory
  std::size_t right_links = 0;                          ///< of tracks, from frame to frame, within one trajectory
  std::size_t wrong_links = 0;  ///< of tracks, over gaps as well, between different ones or false points
  std::size_t trajectories = 0, whole = 0, tracks = 0;
  std::size_t swaps = 0;                    ///< times a track passes from one trajectory to another
  std::size_t gaps = 0;                     ///< times a track misses frames
  std::size_t vips = 0, vips_found = 0;     ///< and those whose place in frame 0 has the right localisation
  double vip_coverage = 0;                  ///< sum over VIPs of the share of their frames that their track has
  std::vector<std::size_t> link_distances;  ///< histogram of the tracks' links: 0 to 1 px, 1 to 2 px, …
  std::vector<std::size_t> gap_lengths;     ///< histogram: 1, 2, … frames missing

  double recall() const;
  double precision() const;
  double rmse() const;      ///< px, per axis
  double link_jsc() const;  ///< Jaccard coefficient of the links
  double whole_share() const;
  double vip_share() const;

  /// Sums of counts, so that ratios are over all videos.
  TrackingQuality& operator+=(const TrackingQuality& other);
};

/// Compares tracks with the truth. Points are matched frame by frame so that the sum of squared distances is least.
/// \param truth, tracks in any order; at most one point of a trajectory or track a frame
/// \param vips trajectories whose track is looked up at frame 0, by assignment of all to the localisations there
TrackingQuality tracking_quality(std::span<const TrackPoint> truth, std::span<const TrackPoint> tracks,
                                 std::span<const std::int64_t> vips = {});

/// Where the frame's origin lies in the coordinates of the truth, which in the challenge's reference files are those of
/// the simulated box: the shift by which most points of the truth fall on localisations.
Place frame_origin(std::span<const TrackPoint> truth, std::span<const TrackPoint> tracks);

}  // namespace an::tracking
