// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace an {

/// How labels are smoothed; the challenge's values.
struct LabelFilter {
  std::size_t window = 5;            ///< frames of the majority vote, odd
  std::size_t shortest_segment = 3;  ///< frames; shorter ones join their neighbour
};

/// Ranks of values by first appearance, 0, 1, …, as filter_ranks takes them. \param codes name the values; equal ones
/// may have several names \param value_of gives the value that a code names \param ranks is made as long as the codes
/// \returns the value of each rank
template <class ValueOf>
auto rank_by_appearance(std::span<const std::uint32_t> codes, ValueOf value_of, std::vector<std::uint32_t>& ranks) {
  std::vector<std::decay_t<decltype(value_of(codes[0]))>> values;
  ranks.resize(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i > 0 && codes[i] == codes[i - 1]) {
      ranks[i] = ranks[i - 1];
      continue;
    }
    const auto value = value_of(codes[i]);
    const auto found = std::find(values.begin(), values.end(), value);
    ranks[i] = static_cast<std::uint32_t>(found - values.begin());
    if (found == values.end()) values.push_back(value);
  }
  return values;
}

/// Smooths one column of labels as the challenge's `label_filter` does: a majority vote over the window (cut at the
/// ends; of equal counts the value wins that the column shows first), then runs that are too short are absorbed by the
/// run before them, the first by the one after it. \param ranks 0, 1, … in the order in which the values first appear;
/// changed in place
void filter_ranks(std::span<std::uint32_t> ranks, const LabelFilter& filter);

}  // namespace an
