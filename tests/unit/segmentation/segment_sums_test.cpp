// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/median.hpp"
#include "segmentation/kernel_sums.hpp"
#include "segmentation/product_sums.hpp"

namespace an::segmentation {
namespace {

std::vector<double> noise(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(random);
  return values;
}

// The kernel between all frames, one pair after the other.
void expect_sums_of_pairs(const std::vector<double>& rows, std::size_t features, std::optional<double> gamma) {
  const std::size_t samples = rows.size() / features;
  const KernelSums sums(rows, features, gamma);
  std::vector<double> squares;
  const auto square = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t f = 0; f < features; ++f)
      sum += (rows[i * features + f] - rows[j * features + f]) * (rows[i * features + f] - rows[j * features + f]);
    return sum;
  };
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t j = 0; j < i; ++j) squares.push_back(square(i, j));
  const double middle = median_of(squares);
  const double factor = gamma.value_or(middle != 0 ? 1 / middle : 1);
  for (std::size_t begin = 0; begin < samples; begin += 7) {
    double expected = 0;
    for (std::size_t end = begin + 1; end <= samples; ++end) {
      for (std::size_t i = begin; i + 1 < end; ++i)
        expected += std::exp(-std::clamp(square(i, end - 1) * factor, 0.01, 100.0));
      ASSERT_NEAR(sums.between(begin, end), expected, 1e-12 * std::max(1.0, expected)) << begin << ", " << end;
    }
  }
}

TEST(KernelSums, AreThoseOfThePairs) {
  expect_sums_of_pairs(noise(2, 1), 1, {});
  expect_sums_of_pairs(noise(80, 2), 2, {});
  expect_sums_of_pairs(noise(600, 3), 3, {});
  expect_sums_of_pairs(noise(200, 4), 1, {});
  expect_sums_of_pairs(noise(100, 5), 2, 30.0);
  expect_sums_of_pairs(noise(100, 6), 2, -1.0);
}

TEST(KernelSums, TakeTheMedianOfManyEqualDistances) {
  expect_sums_of_pairs(std::vector<double>(150, 0.3), 1, {});
  std::vector<double> whole = noise(200, 7);
  for (double& value : whole) value = std::round(value);
  expect_sums_of_pairs(whole, 1, {});
  std::vector<double> spikes(120, 0.0);
  for (std::size_t i = 0; i < spikes.size(); i += 9) spikes[i] = 1e6;
  expect_sums_of_pairs(spikes, 1, {});
}

TEST(ProductSums, LeaveTheSquaresOfTheRegression) {
  std::vector<double> rows = noise(900, 8);
  for (std::size_t i = 0; i < rows.size(); i += 3) {
    rows[i + 1] = static_cast<double>(i);  // the time and a constant
    rows[i + 2] = 1;
  }
  const ProductSums sums(rows, 3);
  std::size_t known = 0;
  std::size_t asked = 0;
  for (std::size_t begin = 0; begin < 290; begin += 3)
    for (std::size_t end = begin + 3; end <= 300; end += 5, ++asked) {
      const auto left = sums.squares_left(begin, end);
      if (!left) continue;
      ++known;
      const double expected = squares_left(std::span(rows).subspan(3 * begin, 3 * (end - begin)), 3);
      ASSERT_NEAR(*left, expected, 1e-10 * expected) << begin << ", " << end;
    }
  EXPECT_GT(known, asked * 9 / 10);
}

TEST(ProductSums, KeepSilentWhereRegressorsDepend) {
  std::vector<double> rows = noise(120, 9);
  for (std::size_t i = 0; i < rows.size(); i += 3) rows[i + 2] = 2 * rows[i + 1];
  const ProductSums sums(rows, 3);
  for (std::size_t end = 3; end <= 40; ++end) EXPECT_FALSE(sums.squares_left(0, end)) << end;
  EXPECT_EQ(squares_left(rows, 3), 0);
}

}  // namespace
}  // namespace an::segmentation
