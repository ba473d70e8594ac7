// SPDX-License-Identifier: MIT
#include "core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

namespace an {
namespace {

TEST(Random, EqualNamesGiveEqualNumbersAndOthersOthers) {
  using enum RandomStream;
  const auto first_of = [](const RandomKey& key) { return Random(key).bits64(); };
  EXPECT_EQ(first_of({7, 3, 2, 1, particle}), first_of({7, 3, 2, 1, particle}));
  std::set<std::uint64_t> first;
  for (const RandomKey& key :
       {RandomKey{7, 3, 2, 1, particle}, RandomKey{8, 3, 2, 1, particle}, RandomKey{7, 4, 2, 1, particle},
        RandomKey{7, 3, 3, 1, particle}, RandomKey{7, 3, 2, 2, particle}, RandomKey{7, 3, 2, 1, video}})
    first.insert(first_of(key));
  EXPECT_EQ(first.size(), 6U);
}

// Random123's known answer for Philox4x32-10 with counter and key of zeros.
TEST(Random, IsPhilox) {
  Random random({0, 0, 0, 0, RandomStream::experiment});
  for (const std::uint32_t known : {0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U})
    EXPECT_EQ(random.bits32(), known);
}

// Counts of normal numbers between bounds, the tail beyond the ziggurat's last layer among them.
TEST(Random, NormalNumbersAreNormal) {
  constexpr std::array bounds{-3.7, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 3.7};
  std::array<double, bounds.size() + 1> counts{};
  Random random({11, 0, 0, 0, RandomStream::particle});
  constexpr double total = 4e6;
  double sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < static_cast<int>(total); ++i) {
    const double x = random.normal();
    ++counts[static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), x) - bounds.begin())];
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  const auto below = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  double chi_squared = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = (i < bounds.size() ? below(bounds[i]) : 1) - (i > 0 ? below(bounds[i - 1]) : 0);
    chi_squared += std::pow(counts[i] - total * share, 2) / (total * share);
  }
  EXPECT_LT(chi_squared, 35);  // 11 degrees of freedom: beyond 35 with probability 2.5e-4
  EXPECT_LT(std::fabs(sum / total), 4.5 / std::sqrt(total));
  EXPECT_LT(std::fabs(squares / total - 1), 4.5 * std::sqrt(2 / total));
  EXPECT_LT(std::fabs(fourths / total - 3), 4.5 * std::sqrt(96 / total));
}

TEST(Random, UniformNumbersAndCoins) {
  Random random({12, 0, 0, 0, RandomStream::particle});
  std::array<int, 7> dice{};
  int heads = 0;
  for (int i = 0; i < 700000; ++i) {
    ++dice[random.below(7)];
    heads += random.coin(0.25) ? 1 : 0;
    const double u = random.uniform();
    ASSERT_TRUE(u > 0 && u < 1);
    ASSERT_FALSE(random.coin(0));
    ASSERT_TRUE(random.coin(1));
  }
  for (const int count : dice) EXPECT_NEAR(count, 100000, 4.5 * std::sqrt(100000 * 6 / 7.0));
  EXPECT_NEAR(heads, 175000, 4.5 * std::sqrt(700000 * 0.25 * 0.75));
}

}  // namespace
}  // namespace an
