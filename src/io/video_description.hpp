// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace an::io {

/// What the description in a TIFF file says of its pages.
struct VideoDescription {
  double channels = 1, slices = 1, frames = 1;
  double pixel_size = 0;      ///< in `unit`; 0: not said here
  std::string unit;           ///< of lengths; `micron` however that is written; empty: not said
  double frame_interval = 0;  ///< seconds; 0: not said, or in an unknown unit
};

/// Reads what ImageJ and OME write; other words say nothing.
VideoDescription parse_video_description(std::string_view text);

}  // namespace an::io
