// SPDX-License-Identifier: MIT
#include "simulation/label_filter.hpp"

#include <algorithm>

namespace an::simulation {

namespace {

// Ranks by first appearance; `values` gets the value of each rank.
template <class Value, class ValueOf>
void rank_by_appearance(std::span<const std::uint32_t> codes, ValueOf value_of, std::vector<std::uint32_t>& ranks,
                        std::vector<Value>& values) {
  values.clear();
  ranks.resize(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i > 0 && codes[i] == codes[i - 1]) {
      ranks[i] = ranks[i - 1];
      continue;
    }
    const Value value = value_of(codes[i]);
    const auto found = std::find(values.begin(), values.end(), value);
    ranks[i] = static_cast<std::uint32_t>(found - values.begin());
    if (found == values.end()) values.push_back(value);
  }
}

}  // namespace

std::vector<Segment> smoothed_segments(std::span<const std::uint32_t> codes, std::span<const LabelValue> values,
                                       const LabelFilter& filter) {
  std::vector<std::uint32_t> alpha_ranks, k_ranks, state_ranks;
  std::vector<double> alphas, ks;
  std::vector<DiffusiveState> states;
  rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].alpha; }, alpha_ranks, alphas);
  rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].k; }, k_ranks, ks);
  rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].state; }, state_ranks, states);
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
  std::vector<int> ranked;
  rank_by_appearance(
      codes, [&](std::uint32_t code) { return values[code].number; }, ranks, ranked);
  filter_ranks(ranks, filter);
  std::vector<int> numbers;
  for (const std::uint32_t rank : ranks) numbers.push_back(ranked[rank]);
  return numbers;
}

}  // namespace an::simulation
