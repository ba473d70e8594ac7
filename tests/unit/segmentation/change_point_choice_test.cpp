// SPDX-License-Identifier: MIT
#include "segmentation/change_point_choice.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace an::segmentation
