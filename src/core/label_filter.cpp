// SPDX-License-Identifier: MIT
#include "core/label_filter.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace an {

namespace {

// Most frequent rank of a stretch, the smallest of several. `counts` has a zero for each rank, before and after.
std::uint32_t majority(std::span<const std::uint32_t> stretch, std::vector<std::uint32_t>& counts) {
  for (const std::uint32_t rank : stretch) ++counts[rank];
  std::uint32_t best = stretch.front();
  for (const std::uint32_t rank : stretch)
    if (counts[rank] > counts[best] || (counts[rank] == counts[best] && rank < best)) best = rank;
  for (const std::uint32_t rank : stretch) counts[rank] = 0;
  return best;
}

void vote(std::span<std::uint32_t> ranks, std::size_t window) {
  const std::vector<std::uint32_t> before(ranks.begin(), ranks.end());
  std::vector<std::uint32_t> counts(*std::max_element(before.begin(), before.end()) + 1);
  const std::size_t half = window / 2;
  std::size_t same_until = 0;  // the run that holds frame i ends here
  std::size_t same_from = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i == same_until) {
      same_from = i;
      while (same_until < before.size() && before[same_until] == before[i]) ++same_until;
    }
    const std::size_t begin = i < half ? 0 : i - half;
    const std::size_t end = std::min(i + half + 1, before.size());
    if (begin < same_from || end > same_until)
      ranks[i] = majority(std::span(before).subspan(begin, end - begin), counts);
  }
}

struct Run {
  std::uint32_t rank;
  std::size_t length;
};

void absorb_short_runs(std::span<std::uint32_t> ranks, std::size_t shortest) {
  std::vector<Run> runs;
  for (const std::uint32_t rank : ranks) {
    if (runs.empty() || runs.back().rank != rank) runs.push_back({rank, 0});
    ++runs.back().length;
  }
  std::size_t kept = 0;  // runs before this index are settled
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool short_run = runs[i].length < shortest;
    if (short_run && kept > 0)
      runs[kept - 1].length += runs[i].length;
    else if (short_run && i + 1 < runs.size())
      runs[i + 1].length += runs[i].length;
    else
      runs[kept++] = runs[i];
  }
  auto out = ranks.begin();
  for (std::size_t i = 0; i < kept; ++i)
    out = std::fill_n(out, static_cast<std::ptrdiff_t>(runs[i].length), runs[i].rank);
}

}  // namespace

void filter_ranks(std::span<std::uint32_t> ranks, const LabelFilter& filter) {
  if (std::adjacent_find(ranks.begin(), ranks.end(), std::not_equal_to<>()) == ranks.end()) return;
  vote(ranks, filter.window);
  absorb_short_runs(ranks, filter.shortest_segment);
}

}  // namespace an
