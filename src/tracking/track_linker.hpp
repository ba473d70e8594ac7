// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "tracking/spot_detector.hpp"
#include "tracking/track_graph.hpp"

namespace an::tracking {

/// How localisations are joined to tracks by their likelihood.
struct TrackLinkerParameters {
  TrackPrior prior;
  std::size_t memory = 3;          ///< frames a particle may be missing
  std::size_t shortest_track = 2;  ///< localisations; shorter tracks are noise
  std::size_t rounds = 3;          ///< of exchanges, at most
};

/// Joins localisations of a whole video to tracks.
///
/// The likelihood of a track is that of its steps under a set of motion models (motion_models.hpp), of its brightness
/// under one unknown brightness of the particle, and of its beginning, gaps and end (tracks begin and end where
/// particles cross the frame's border; elsewhere it costs). A first pass links frame after frame by assignment of least
/// cost. Then tracks that meet exchange their ends where motion and brightness say so; all assignments are solved
/// again, every localisation standing for the whole rest of its track; and ends are exchanged once more. \param frames
/// the localisations frame by frame \returns the track of each; `no_track` for those left out. Tracks count from 0 in
/// the order of their first localisations
std::vector<std::vector<std::size_t>> link_tracks(std::span<const std::vector<Localisation>> frames,
                                                  const TrackLinkerParameters& parameters);

inline constexpr std::size_t no_track = std::numeric_limits<std::size_t>::max();

}  // namespace an::tracking
