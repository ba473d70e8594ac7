// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "core/frame.hpp"
#include "tracking/crocker_grier.hpp"

namespace an::tracking {

/// What grey values are normalised by: (value - centre) / unit.
struct GreyScale {
  double centre = 0, unit = 1;
};

/// The scale of a frame's pixels. Where more than half of them are equal, so that the median distance from the median
/// is 0, the standard deviation is the unit.
GreyScale scale_of(const Frame& frame, Normalisation normalisation);

/// Mean and standard deviation of some values; NaN where there are none. \param values are spoilt
GreyScale mean_and_deviation(std::span<double> values);

/// numpy's median of a frame's pixels.
double median_of_frame(const Frame& frame);

/// numpy's percentile (linear interpolation) of the values that are not 0; NaN where there are none.
/// \param counts how often each whole number from 0 on occurs
double percentile_not_zero(std::span<const std::uint32_t> counts, double percent);

}  // namespace an::tracking
