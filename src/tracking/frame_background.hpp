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
/// corrected for what is cut off. Where most pixels are equal the others tell the noise, if there are many; on a clean
/// ground a thousandth of the range of values is taken for it, so that it is 0 of a constant frame alone.
FrameBackground background_of(const Frame& frame);

}  // namespace an::tracking
