// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/byte_archive.hpp"

namespace an::app {

/// A video, and its place below the input and the output.
struct VideoItem {
  std::filesystem::path video;
  std::filesystem::path place;    ///< without extension; empty where the video is the input itself
  double cost = 1;                ///< its bytes
  std::filesystem::path truth{};  ///< where its tracks are checked

  /// What to call it.
  std::string name() const { return (place.empty() ? video.stem() : place).string(); }
};

/// The input itself, or all videos in a folder and those below it, by path. Names that begin with a dot are left out,
/// and so are symbolic links to a folder that they lie in. \throws InputError where there is none, or two would have
/// their tracks in one place
std::vector<VideoItem> find_videos(const std::filesystem::path& input);

/// Finds the truth of each video: `check` itself, or, where that is a folder, the file in it at the video's place that
/// is called NAME.csv, NAME_gt.csv or, for the challenge's `videos_fov_F.tiff`, `trajs_fov_F.csv`. \throws InputError
/// naming all that was looked for in vain
void find_truths(const std::filesystem::path& check, std::vector<VideoItem>& items);

void pack(ByteWriter& writer, const std::vector<VideoItem>& items);
void unpack(ByteReader& reader, std::vector<VideoItem>& items);

}  // namespace an::app
