// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.hpp"
#include "kernels/parallel.hpp"
#include "tracking/crocker_grier.hpp"

namespace an::tracking {

/// Whether the prepared values of a frame are whole numbers.
bool prepared_is_whole(const Frame& frame, const CrockerGrierParameters& parameters);

/// The frame as features are looked for in it: normalised, with its border, inverted where that is asked for.
/// \param out as large as the frame with its border
void prepare_frame(const Frame& frame, const CrockerGrierParameters& parameters,
                   const kernels::Image<double>::HostMirror& out);

}  // namespace an::tracking
