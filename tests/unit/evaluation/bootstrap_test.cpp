// SPDX-License-Identifier: MIT
#include "evaluation/bootstrap.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <set>

#include "evaluation/leaderboard.hpp"

namespace an::evaluation {
namespace {

TEST(ResampledFovs, AreTheSameForTheSameSeedAndOthersForAnother) {
  EXPECT_EQ(resampled_fovs(1, 5, 2, 30), resampled_fovs(1, 5, 2, 30));
  EXPECT_NE(resampled_fovs(1, 5, 2, 30), resampled_fovs(2, 5, 2, 30));
  EXPECT_NE(resampled_fovs(1, 5, 2, 30), resampled_fovs(1, 6, 2, 30));
  EXPECT_NE(resampled_fovs(1, 5, 2, 30), resampled_fovs(1, 5, 3, 30));
}

TEST(ResampledFovs, DrawEveryFovEquallyOften) {
  std::vector<double> count(10, 0);
  for (std::size_t r = 0; r < 2000; ++r)
    for (const std::size_t fov : resampled_fovs(1, r, 0, 10)) ++count.at(fov);
  // 2000 expected of each, with a standard deviation of 42.
  for (const double c : count) EXPECT_NEAR(c, 2000, 5 * 42);
}

TEST(PercentileInterval, InterpolatesBetweenSamples) {
  const Interval interval = percentile_interval({5, 1, 4, 2, 3}, 0.5);
  EXPECT_EQ(interval.low, 2);
  EXPECT_EQ(interval.high, 4);
  EXPECT_TRUE(std::isnan(percentile_interval({}, 0.9).low));
}

ScoreSums fov_with_error(double alpha_error) {
  ScoreSums sums;
  sums.trajectories = sums.pairs = 100;
  sums.alpha_error = 100 * alpha_error;
  return sums;
}

// The mean of n values: the interval's half width is 1.96 standard errors.
TEST(BootstrapSingle, GivesTheStandardErrorOfAMean) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal(0.5, 0.1);
  std::vector<std::vector<ScoreSums>> fovs(1);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 200; ++i) {
    const double error = std::fabs(normal(random));
    fovs[0].push_back(fov_with_error(error));
    sum += error;
    squares += error * error;
  }
  const double deviation = std::sqrt(squares / 200 - sum / 200 * (sum / 200));
  const auto resamples = bootstrap_single(fovs, Rules::official, {4000, 0.95, 3});
  std::vector<double> alpha;
  for (const SingleScores& s : resamples.global) alpha.push_back(s[2]);
  const Interval interval = percentile_interval(alpha, 0.95);
  const double expected = 1.96 * deviation / std::sqrt(200.0);
  EXPECT_NEAR((interval.high - interval.low) / 2, expected, 0.06 * expected);
  EXPECT_NEAR((interval.high + interval.low) / 2, sum / 200, 0.1 * expected);
}

TEST(BootstrapGroups, GivesTheStandardErrorOfAMeanOverGroups) {
  // Two groups of 50: the mean's variance is that of both, (1 + 4) / 50 / 4 = 0.025.
  const std::array<std::size_t, 2> units{50, 50};
  const auto value = [](std::size_t group, std::size_t unit) {
    return (group == 0 ? 1.0 : 2.0) * (unit % 2 == 0 ? 1 : -1);
  };
  const Interval interval = bootstrap_groups(units, {4000, 0.95, 3}, [&](const auto& drawn) {
    double sum = 0;
    for (std::size_t g = 0; g < 2; ++g)
      for (const std::size_t unit : drawn[g]) sum += value(g, unit) / 100;
    return sum;
  });
  EXPECT_NEAR(interval.high - interval.low, 2 * 1.96 * std::sqrt(0.025), 0.05);
  EXPECT_NEAR(interval.high + interval.low, 0, 0.05);
}

TEST(BootstrapGroups, HasNoIntervalWhereNothingVaries) {
  const std::array<std::size_t, 2> units{1, 1};
  EXPECT_TRUE(std::isnan(bootstrap_groups(units, {}, [](const auto&) { return 1.0; }).low));
}

TEST(PairedDifference, IsSignificantWhereEveryResampleAgrees) {
  const std::vector<double> a{1.0, 2.0, 3.0, 4.0};
  const std::vector<double> b{0.5, 1.4, 2.6, 3.5};
  const Difference difference = paired_difference(a, b, 0.95);
  EXPECT_TRUE(difference.significant);
  EXPECT_GT(difference.interval.low, 0.3);
  EXPECT_EQ(difference.p_value, 0.25);  // 1 / resamples at the least
  EXPECT_FALSE(paired_difference(a, {{1.5, 1.5, 3.5, 3.5}}, 0.95).significant);
}

TEST(Leaderboard, SharesTheBetterRankAndPutsNanLast) {
  EXPECT_EQ(ranks(std::vector{0.2, 0.1, std::nan(""), 0.1}, false), (std::vector<std::size_t>{3, 1, 4, 1}));
  EXPECT_EQ(ranks(std::vector{0.2, 0.1, 0.9}, true), (std::vector<std::size_t>{2, 3, 1}));
}

TEST(Leaderboard, MeanReciprocalRankAveragesOneOverRank) {
  const std::vector<std::vector<std::size_t>> by_metric{{1, 2}, {2, 1}, {1, 2}, {1, 2}};
  EXPECT_EQ(mean_reciprocal_ranks(by_metric), (std::vector{(1 + 0.5 + 1 + 1) / 4.0, (0.5 + 1 + 0.5 + 0.5) / 4.0}));
}

}  // namespace
}  // namespace an::evaluation
