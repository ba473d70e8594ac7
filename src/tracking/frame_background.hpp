// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.hpp"

namespace an::tracking {

/// Level and noise of the ground that spots stand on, in grey values. Whole grey values are taken as the lower ends of
/// unit intervals, as values that were cut are.
struct FrameBackground {
  double level = 0;
  double noise = 0;  ///< standard deviation over pixels
};

/// Mean and standard deviation of the pixels within 2.5 standard deviations of the mean, found by repetition and
/// corrected for what is cut off.
FrameBackground background_of(const Frame& frame);

}  // namespace an::tracking
