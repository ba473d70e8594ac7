// SPDX-License-Identifier: MIT
#include "segmentation/change_point_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace an::segmentation {
namespace {

TEST(ChangePointChoice, CountsAsTheChallengeDoes) {
  const ChoiceRules rules{0.5, 0, 1};
  // One found, one missed: TP 1, FN 1.
  EXPECT_DOUBLE_EQ(expected_worth({50}, {{{52, 120}, 1}}, rules), 1 - 0.5 * 2);
  // Farther than the gate: neither is found.
  EXPECT_DOUBLE_EQ(expected_worth({50}, {{{60}, 1}}, rules), -0.5 * 2);
  // Rightly none.
  EXPECT_DOUBLE_EQ(expected_worth({}, {{{}, 1}}, rules), 0.5);
  // The assignment is that of the least sum of distances: 40 goes to 45, not to 31.
  EXPECT_DOUBLE_EQ(expected_worth({40}, {{{31, 45}, 1}}, rules), 1 - 0.5 * 2);
}

TEST(ChangePointChoice, LeavesOutWhatIsUnlikely) {
  const std::vector<PossibleChanges> possible{{{30}, 0.5}, {{30, 90}, 0.2}, {{32}, 0.3}};
  const std::vector<int> chosen = choose_change_points(possible, {0.75, 0, 1}, 150, 3);
  ASSERT_EQ(chosen.size(), 1U);
  EXPECT_NEAR(chosen[0], 30, 2);
}

TEST(ChangePointChoice, FindsTheMiddleOfAnUncertainOne) {
  // Each alone is unlikely and the outer ones are too far from each other to count for both.
  std::vector<PossibleChanges> possible;
  for (int frame = 40; frame <= 60; ++frame) possible.push_back({{frame}, 1.0 / 21});
  const std::vector<int> chosen = choose_change_points(possible, {0.5, 0, 1}, 150, 3);
  ASSERT_EQ(chosen.size(), 1U);
  EXPECT_NEAR(chosen[0], 50, 1);
}

TEST(ChangePointChoice, ErrorsCanBePriced) {
  std::vector<PossibleChanges> possible;
  for (int frame = 41; frame <= 59; frame += 2) possible.push_back({{frame}, 0.1});
  EXPECT_EQ(choose_change_points(possible, {0.5, 0, 1}, 150, 3).size(), 1U);
  EXPECT_TRUE(choose_change_points(possible, {0.5, 0.5, 1}, 150, 3).empty());
}

// Sets of change points that hold each of some points with a probability, within `spread` frames.
std::vector<PossibleChanges> sets_around(const std::vector<int>& points, double probability, int spread, int count,
                                         std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<PossibleChanges> sets;
  for (int i = 0; i < count; ++i) {
    PossibleChanges one{{}, 1.0 / count};
    for (const int point : points)
      if (std::uniform_real_distribution(0.0, 1.0)(random) < probability)
        one.frames.push_back(point + std::uniform_int_distribution(-spread, spread)(random));
    sets.push_back(std::move(one));
  }
  return sets;
}

// The greatest expected worth of at most three points.
double best_of_all(const std::vector<PossibleChanges>& possible, const ChoiceRules& rules, int frames, int shortest) {
  double best = expected_worth({}, possible, rules);
  for (int a = shortest; a <= frames - shortest; ++a) {
    best = std::max(best, expected_worth({a}, possible, rules));
    for (int b = a + shortest; b <= frames - shortest; ++b) {
      best = std::max(best, expected_worth({a, b}, possible, rules));
      for (int c = b + shortest; c <= frames - shortest; ++c)
        best = std::max(best, expected_worth({a, b, c}, possible, rules));
    }
  }
  return best;
}

TEST(ChangePointChoice, IsMostlyTheBestOfAll) {
  const ChoiceRules rules{0.8, 0.045, 1};
  int best = 0;
  double lost = 0;
  constexpr int trials = 40;
  for (int trial = 0; trial < trials; ++trial) {
    const int first = 5 + trial % 7;
    const auto possible =
        sets_around({first, first + 8 + trial % 5, 33}, 0.55, 3, 12, static_cast<std::uint32_t>(trial));
    const double worth = expected_worth(choose_change_points(possible, rules, 40, 3), possible, rules);
    const double most = best_of_all(possible, rules, 40, 3);
    best += worth > most - 1e-9 ? 1 : 0;
    lost += (most - worth) / trials;
  }
  EXPECT_GE(best, 33);  // without steps one by one 30
  EXPECT_LT(lost, 0.022);
}

// Of a long trajectory's choices only what is near a change is compared.
TEST(ChangePointChoice, InALongTrajectoryIsAsGoodAsInAShortOne) {
  const ChoiceRules rules{0.8, 0.045, 1};
  int best = 0;
  constexpr int trials = 40;
  for (int trial = 0; trial < trials; ++trial) {
    const int first = 5 + trial % 7;
    auto possible = sets_around({first, first + 8 + trial % 5, 33}, 0.55, 3, 12, static_cast<std::uint32_t>(trial));
    const double worth = expected_worth(choose_change_points(possible, rules, 40, 3), possible, rules);
    for (PossibleChanges& one : possible) {
      for (int& frame : one.frames) frame += 500;
      one.frames.insert(one.frames.begin(), 100);
      one.frames.push_back(900);
    }
    const double longer = expected_worth(choose_change_points(possible, rules, 1000, 3), possible, rules);
    // The two more are found in each set; one that is rightly empty no longer is.
    double empty = 0;
    for (const PossibleChanges& one : possible) empty += one.frames.size() == 2 ? one.probability : 0;
    const double added = 2 * (1 - rules.expected_jaccard) + 2 * rules.error_weight;
    best += longer > worth + added - empty * (1 - rules.expected_jaccard) - 1e-9 ? 1 : 0;
  }
  EXPECT_GE(best, 38);
}

TEST(ChangePointChoice, FindsManyPointsOfWhichEverySetLacksSome) {
  for (const int apart : {12, 60})  // a short trajectory and a long one
    for (const double probability : {0.5, 0.6, 0.8}) {
      std::vector<int> points;
      for (int i = 1; i < 25; ++i) points.push_back(i * apart);
      const auto possible = sets_around(points, probability, 2, 100, 1);
      const std::vector<int> chosen = choose_change_points(possible, {0.85, 0.045, 1}, 25 * apart, 3);
      ASSERT_EQ(chosen.size(), points.size()) << apart << " frames apart, each with probability " << probability;
      for (std::size_t i = 0; i < points.size(); ++i) EXPECT_NEAR(chosen[i], points[i], 1);
    }
}

}  // namespace
}  // namespace an::segmentation
