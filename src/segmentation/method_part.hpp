// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace an::segmentation {

/// Parts of the likelihood method that can be left out, one at a time, to see what each is worth.
enum class MethodPart : std::uint8_t {
  none,
  sharing,         ///< segments of one state of a particle have the same alpha and K
  partners,        ///< dimers are told by their partners
  first_frame,     ///< the challenge's law of states in an experiment's first frame
  label_filter,    ///< the challenge's smoothing of labels
  expected_score,  ///< change points chosen for the expected score; without it those of the likeliest path
  tracking_errors  ///< overlapping spots and tracks that stray
};

}  // namespace an::segmentation
