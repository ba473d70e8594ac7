// SPDX-License-Identifier: MIT
#include "simulation/label_filter.hpp"

namespace an::simulation {

std::vector<Segment> smoothed_segments(std::span<const std::uint32_t> codes, std::span<const LabelValue> values,
                                       const LabelFilter& filter) {
  std::vector<std::uint32_t> alpha_ranks, k_ranks, state_ranks;
  const auto alphas = rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].alpha; }, alpha_ranks);
  const auto ks = rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].k; }, k_ranks);
  const auto states = rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].state; }, state_ranks);
  for (auto* ranks : {&alpha_ranks, &k_ranks, &state_ranks}) filter_ranks(*ranks, filter);
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const bool same = i > 0 && alpha_ranks[i] == alpha_ranks[i - 1] && k_ranks[i] == k_ranks[i - 1] &&
                      state_ranks[i] == state_ranks[i - 1];
    if (!same) segments.push_back({i, alphas[alpha_ranks[i]], ks[k_ranks[i]], states[state_ranks[i]]});
  }
  return segments;
}

std::vector<int> smoothed_numbers(std::span<const std::uint32_t> codes, std::span<const LabelValue> values,
                                  const LabelFilter& filter) {
  std::vector<std::uint32_t> ranks;
  const auto ranked = rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].number; }, ranks);
  filter_ranks(ranks, filter);
  std::vector<int> numbers;
  for (const std::uint32_t rank : ranks) numbers.push_back(ranked[rank]);
  return numbers;
}

}  // namespace an::simulation
