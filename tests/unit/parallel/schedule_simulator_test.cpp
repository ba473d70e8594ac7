// SPDX-License-Identifier: MIT
#include "parallel/schedule_simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace an::parallel {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

ScheduledItems known(std::vector<double> seconds) { return {seconds, seconds, {}}; }

double seconds_on(std::size_t ranks, const ScheduledItems& items, const CounterCost& counter = {}) {
  return simulate_schedule(items, hand_out_order(items.expected, items.after), ranks, counter).seconds;
}

// The shortest schedule: every way of giving items to ranks is tried.
double best_seconds(const std::vector<double>& seconds, std::size_t ranks) {
  double best = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  auto ways = static_cast<std::size_t>(std::pow(ranks, seconds.size()));
  for (std::size_t way = 0; way < ways; ++way) {
    std::vector<double> load(ranks);
    std::size_t rest = way;
    for (const double item : seconds) {
      load[rest % ranks] += item;
      rest /= ranks;
    }
    best = std::min(best, *std::max_element(load.begin(), load.end()));
  }
  return best;
}

TEST(Schedule, OfEqualItemsTakesWholeRounds) {
  for (const std::size_t count : {1U, 7U, 64U, 100U, 1000U})
    for (const std::size_t ranks : {1U, 2U, 3U, 7U, 64U, 4096U}) {
      const SimulatedSchedule schedule = simulate_schedule(known(std::vector<double>(count, 0.25)),
                                                           hand_out_order(std::vector<double>(count, 0.25)), ranks);
      const double rounds = std::ceil(static_cast<double>(count) / static_cast<double>(ranks));
      EXPECT_THAT(schedule.seconds, DoubleNear(0.25 * rounds, 1e-9)) << count << " items, " << ranks << " ranks";
      EXPECT_THAT(schedule.efficiency(),
                  DoubleNear(static_cast<double>(count) / (rounds * static_cast<double>(ranks)), 1e-9));
    }
}

TEST(Schedule, IsAsLongAsAHugeItem) {
  std::vector<double> seconds(999, 0.01);
  seconds.push_back(100);
  EXPECT_THAT(seconds_on(64, known(seconds)), DoubleEq(100));
  EXPECT_THAT(shortest_seconds(known(seconds), 64), DoubleEq(100));
}

TEST(Schedule, EndsLateWhereAHugeItemWasNotExpected) {
  // 10 rounds of 10 items on 10 ranks; the one that takes 50 s is handed out last.
  ScheduledItems items{std::vector<double>(100, 1), std::vector<double>(100, 1), {}};
  items.expected[99] = 0.5;
  items.seconds[99] = 50;
  EXPECT_THAT(seconds_on(10, items), DoubleEq(59));
  EXPECT_THAT(seconds_on(10, known(items.seconds)), DoubleEq(50));
}

TEST(Schedule, OfTheLongestFirstIsWithinGrahamsBound) {
  Random random({7, 0, 0, 0, RandomStream::schedule});
  for (int trial = 0; trial < 60; ++trial)
    for (const std::size_t ranks : {2U, 3U}) {
      std::vector<double> seconds(8);
      for (double& item : seconds) item = 1 + std::floor(20 * random.uniform());
      const double best = best_seconds(seconds, ranks);
      const double bound = (4.0 / 3 - 1 / (3 * static_cast<double>(ranks))) * best;
      const double ours = seconds_on(ranks, known(seconds));
      EXPECT_GE(ours, best) << testing::PrintToString(seconds);
      EXPECT_LE(ours, bound + 1e-9) << testing::PrintToString(seconds);
    }
  // Graham's own example reaches the bound: 5 5 4 4 3 3 3 on 3 ranks.
  EXPECT_THAT(seconds_on(3, known({5, 5, 4, 4, 3, 3, 3})), DoubleEq(11));
  EXPECT_THAT(best_seconds({5, 5, 4, 4, 3, 3, 3}, 3), DoubleEq(9));
}

TEST(Schedule, WaitsForTheItemThatComesBefore) {
  // Two fits of 3 and 1 s; the followers of the longer one come first. Three ranks: one waits for the fit.
  const ScheduledItems items{{2, 1, 1, 1}, {3, 1, 5, 5}, {no_item, no_item, 0, 1}};
  EXPECT_THAT(hand_out_order(items.expected, items.after), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(seconds_on(3, items), DoubleEq(8));
  EXPECT_THAT(seconds_on(1, items), DoubleEq(14));
  EXPECT_THAT(shortest_seconds(items, 3), DoubleEq(8));
}

TEST(Schedule, IsAsSlowAsTheCounterWhereItemsAreShort) {
  // 1000 ranks ask for 100,000 items of a microsecond; the counter answers one question every 2 µs.
  const ScheduledItems items = known(std::vector<double>(100000, 1e-6));
  EXPECT_THAT(seconds_on(1000, items, {1e-6, 2e-6}), DoubleNear(0.2, 0.001));
  // Alone, a rank waits for each answer.
  EXPECT_THAT(seconds_on(1, items, {1e-6, 1e-9}), DoubleNear(0.2, 0.001));
}

TEST(Schedule, AsksAgainForTheItemThatComesBefore) {
  // The follower's rank asks at once for a fit that takes 1 s; or, where that is done, asks once more.
  const ScheduledItems items{{2, 1}, {1, 0.5}, {no_item, 0}};
  const double busy = 1e-4;
  EXPECT_THAT(simulate_schedule(items, {0, 1}, 2, {0.01, busy}).seconds,
              DoubleNear(0.01 + 1 + 1e-3 + 2 * busy + 0.01 + 0.5, 1e-3));
  EXPECT_THAT(simulate_schedule(items, {0, 1}, 1, {0.01, busy}).seconds,
              DoubleNear(0.01 + 1 + 0.01 + 0.01 + 0.5, 1e-3));
}

TEST(Schedule, OfNothingIsEfficient) {
  EXPECT_EQ(simulate_schedule({}, {}, 3).efficiency(), 1);
  EXPECT_EQ(shortest_seconds({}, 3), 0);
}

TEST(Schedule, NeedsRanksAndAnOrderOfAllItems) {
  EXPECT_THROW(simulate_schedule(known({1}), {0}, 0), LogicError);
  EXPECT_THROW(simulate_schedule(known({1, 2}), {0}, 1), LogicError);
}

TEST(Resampled, DrawsItemsOneByOneWhereNoneComesAfterAnother) {
  Random random({4, 0, 0, 0, RandomStream::schedule});
  const ScheduledItems drawn = resampled(known({1, 2}), 500, random);
  EXPECT_EQ(drawn.seconds.size(), 500U);
  EXPECT_TRUE(drawn.after.empty());
  EXPECT_GT(std::count(drawn.seconds.begin(), drawn.seconds.end(), 1.0), 150);
  EXPECT_GT(std::count(drawn.seconds.begin(), drawn.seconds.end(), 2.0), 150);
}

TEST(Resampled, LeavesOutAnItemWhoseFollowersAreNotKnown) {
  Random random({5, 0, 0, 0, RandomStream::schedule});
  const ScheduledItems drawn = resampled({{9, 8, 1}, {9, 8, 1}, {no_item, no_item, 0}}, 100, random);
  EXPECT_EQ(std::count(drawn.seconds.begin(), drawn.seconds.end(), 8.0), 0);
  EXPECT_EQ(std::count(drawn.seconds.begin(), drawn.seconds.end(), 1.0), 100);
  EXPECT_THROW(resampled({}, 1, random), LogicError);
}

TEST(Split, LeavesItemsThatAreExpectedToTakeNoTimeWhole) {
  EXPECT_EQ(split({{0, 0}, {1, 2}, {}}, 0, 10).seconds, (std::vector<double>{1, 2}));
}

TEST(Split, LeavesItemsOfNoOrderWithoutOne) {
  const ScheduledItems pieces = split(known({3, 1}), 2, 10);
  EXPECT_THAT(pieces.seconds, ElementsAre(1.5, 1.5, 1));
  EXPECT_TRUE(pieces.after.empty());
}

TEST(Resampled, KeepsItemsTogetherWithThoseBeforeThem) {
  const ScheduledItems measured{{10, 20, 1, 2, 3}, {10, 20, 1, 2, 3}, {no_item, no_item, 0, 0, 1}};
  Random random({3, 0, 0, 0, RandomStream::schedule});
  const ScheduledItems drawn = resampled(measured, 1000, random);
  std::size_t ends = 0;
  std::array<std::size_t, 2> heads{};
  for (std::size_t item = 0; item < drawn.seconds.size(); ++item) {
    if (drawn.after[item] == no_item) {
      ++heads.at(drawn.seconds[item] == 10 ? 0 : 1);
      continue;
    }
    ++ends;
    EXPECT_LT(drawn.after[item], item);
    EXPECT_EQ(drawn.seconds[drawn.after[item]], drawn.seconds[item] == 3 ? 20 : 10);
  }
  EXPECT_EQ(ends, 1000U);
  EXPECT_GT(heads[0], 250U);
  EXPECT_GT(heads[1], 250U);
}

TEST(Split, CutsItemsThatNothingComesAfter) {
  const ScheduledItems pieces = split({{10, 4, 9}, {20, 8, 1}, {no_item, 0, 0}}, 2, 3);
  EXPECT_THAT(pieces.expected, ElementsAre(10, 2, 2, 3, 3, 3));
  EXPECT_THAT(pieces.seconds, ElementsAre(20, 4, 4, 1.0 / 3, 1.0 / 3, 1.0 / 3));
  EXPECT_THAT(pieces.after, ElementsAre(no_item, 0, 0, 0, 0, 0));
}

}  // namespace
}  // namespace an::parallel
