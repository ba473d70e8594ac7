// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simulation/box_paths.hpp"

namespace an::simulation {

/// How labels are smoothed; the challenge's values.
struct LabelFilter {
  std::size_t window = 5;            ///< frames of the majority vote, odd
  std::size_t shortest_segment = 3;  ///< frames; shorter ones join their neighbour
};

/// Smooths one column of labels as the challenge's `label_filter` does: a majority vote over the window (cut at the
/// ends; of equal counts the value wins that the column shows first), then runs that are too short are absorbed by the
/// run before them, the first by the one after it. \param ranks 0, 1, … in the order in which the values first appear;
/// changed in place
void filter_ranks(std::span<std::uint32_t> ranks, const LabelFilter& filter);

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
