// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace an {

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

}  // namespace an
