// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/label_filter.hpp"
#include "simulation/box_paths.hpp"

namespace an::simulation {

/// A stretch of a trajectory whose three labels stay the same.
struct Segment {
  std::size_t begin;  ///< first frame, counted from the trajectory's own start
  double alpha;
  double k;
  DiffusiveState state;
};

/// Labels of a trajectory: the smoothed columns (alpha, K and state each on its own) as segments.
/// \param codes of the frames \param values what the codes stand for
std::vector<Segment> smoothed_segments(std::span<const std::uint32_t> codes, std::span<const LabelValue> values,
                                       const LabelFilter& filter);

/// The smoothed column of the values' numbers, a frame each.
std::vector<int> smoothed_numbers(std::span<const std::uint32_t> codes, std::span<const LabelValue> values,
                                  const LabelFilter& filter);

}  // namespace an::simulation
