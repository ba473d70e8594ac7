// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/track/tracked_video.hpp"
#include "core/byte_archive.hpp"
#include "report/json_text.hpp"
#include "tracking/tracking_quality.hpp"

namespace an::app {

/// Compares tracks with the truth in a file. A truth in coordinates other than the frame's, as the challenge's
/// reference is, is moved to where it fits best: one that leaves the frame, or of which more than twice as much is
/// found there. VIP k is the truth's trajectory k. \throws InputError
tracking::TrackingQuality check_tracks(const TrackedVideo& video, const std::filesystem::path& truth);

/// A table of the videos with their mean, and histograms of link distances and gaps.
std::string quality_text(std::span<const std::string> names, std::span<const tracking::TrackingQuality> qualities,
                         bool ansi);
/// The same numbers, a video an object.
report::Json quality_json(std::span<const std::string> names, std::span<const tracking::TrackingQuality> qualities);

void pack(ByteWriter& writer, const tracking::TrackingQuality& quality);
tracking::TrackingQuality unpack_quality(ByteReader& reader);

}  // namespace an::app
