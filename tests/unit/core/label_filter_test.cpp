// SPDX-License-Identifier: MIT
#include "core/label_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace an {
namespace {

// The most frequent rank around each frame, by its definition.
std::vector<std::uint32_t> voted(const std::vector<std::uint32_t>& ranks, std::size_t window) {
  const std::size_t half = window / 2;
  std::vector<std::uint32_t> result;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    std::map<std::uint32_t, int> counts;
    for (std::size_t j = i < half ? 0 : i - half; j < std::min(i + half + 1, ranks.size()); ++j) ++counts[ranks[j]];
    const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
    result.push_back(std::max_element(counts.begin(), counts.end(), fewer)->first);
  }
  return result;
}

TEST(LabelFilter, IsTheMajorityInAWindowOfAnyLength) {
  std::mt19937 generator(3);
  const auto draw = [&](std::uint32_t count) { return static_cast<std::uint32_t>(generator() % count); };
  for (const std::size_t window : {1U, 3U, 5U, 9U, 101U})
    for (const std::uint32_t most_values : {1U, 2U, 5U, 200U})
      for (const std::size_t frames : {1U, 2U, 7U, 60U, 200U}) {
        std::vector<std::uint32_t> codes, ranks;
        for (std::size_t i = 0; i < frames; ++i)
          codes.push_back(i > 0 && draw(3) > 0 ? codes.back() : draw(most_values));
        rank_by_appearance(
            codes, [](std::uint32_t code) { return code; }, ranks);
        const std::vector<std::uint32_t> expected = voted(ranks, window);
        filter_ranks(ranks, {window, 1});
        EXPECT_EQ(ranks, expected) << window << ", " << most_values << ", " << frames;
      }
}

TEST(LabelFilter, JoinsShortRunsWithTheOneBefore) {
  std::vector<std::uint32_t> ranks{0, 0, 1, 1, 1, 2, 2, 3, 1, 1, 1};
  filter_ranks(ranks, {1, 3});
  EXPECT_EQ(ranks, (std::vector<std::uint32_t>{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
}

}  // namespace
}  // namespace an
