// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "app/track/tracked_video.hpp"

namespace an::app {

/// A picture of the tracks as lines, each in a colour of its own, over the brightest value of each pixel; VIPs are
/// drawn thicker, with their index where they begin. One SVG file that needs no other. \pre video.brightest
std::string overlay_svg(const TrackedVideo& video);

}  // namespace an::app
