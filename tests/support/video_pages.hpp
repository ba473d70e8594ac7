// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "io/video_reader.hpp"

namespace an::testing {

using Pages = std::vector<std::vector<std::uint8_t>>;

/// All pages of a video of bytes.
inline Pages pages_of(const std::filesystem::path& path) {
  io::VideoReader reader(path);
  Pages pages;
  while (const std::optional<Frame> frame = reader.next()) {
    pages.emplace_back();
    for (const float value : frame->pixels) pages.back().push_back(static_cast<std::uint8_t>(value));
  }
  return pages;
}

}  // namespace an::testing
