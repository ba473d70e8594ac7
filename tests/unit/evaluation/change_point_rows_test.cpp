// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "evaluation/fov_score.hpp"

namespace an::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

FovScore scored(const std::vector<double>& truth, const std::vector<std::vector<double>>& submitted) {
  LabelTable truths, predictions;
  truths.append(truth, 1);
  for (const std::vector<double>& row : submitted) predictions.append(row, predictions.size() + 1);
  return score_fov(pair_by_index(truths, predictions), Rules::official);
}

const std::vector<double> truth{0, 1, 1, 2, 30, 0.1, 0.5, 0, 60, 2, 1.5, 3, 100};

TEST(ChangePointRows, HoldMatchesThenWhatIsSpurious) {
  const FovScore score = scored(truth, {{0, 1, 1, 2, 33, 1, 1, 2, 80, 1, 1, 2, 100}});
  EXPECT_THAT(score.change_points,
              ElementsAre(Field(&ChangePointScore::frame_true, 30), Field(&ChangePointScore::frame_true, 60),
                          Field(&ChangePointScore::frame_true, ChangePointScore::none)));
  EXPECT_THAT(score.change_points, ElementsAre(Field(&ChangePointScore::frame_predicted, 33),
                                               Field(&ChangePointScore::frame_predicted, ChangePointScore::none),
                                               Field(&ChangePointScore::frame_predicted, 80)));
  EXPECT_TRUE(std::isnan(score.change_points[2].k_before));
  EXPECT_EQ(score.change_points[2].state_after, -1);
}

TEST(ChangePointRows, ErrorsStayInTheirTableForAnyNumbers) {
  const FovScore wrapped = scored({0, 1, 1, 2, 0, 1, 1, 2, 50}, {{0, 1, 1, 2, nan, 1, 1, 2, 50}});
  ChangePointErrors expected{};
  expected[changepoint_threshold - 1] = wrapped.sums.change_points.true_positives;
  EXPECT_EQ(wrapped.change_point_errors, expected);
  EXPECT_EQ(wrapped.sums.change_points.true_positives, 1);
  EXPECT_EQ(scored({0, 1, 1, 2, 9.2e18}, {{0, 1, 1, 2, 9.2e18}}).scores[4], 1);
}

TEST(ChangePointRows, TellWhatLiesOnBothSides) {
  const ChangePointScore second = scored(truth, {{0, 1, 1, 2, 100}}).change_points.at(1);
  EXPECT_EQ(second.alpha_before, 0.5);
  EXPECT_EQ(second.alpha_after, 1.5);
  EXPECT_EQ(second.k_before, 0.1);
  EXPECT_EQ(second.k_after, 2);
  EXPECT_EQ(second.state_before, 0);
  EXPECT_EQ(second.state_after, 3);
  EXPECT_EQ(second.length_before, 30);
  EXPECT_EQ(second.length_after, 40);
}

TEST(ChangePointRows, OfAMissingTrajectoryAreItsTrueOnes) {
  const FovScore score = scored(truth, {});
  EXPECT_EQ(score.change_points.size(), 2U);
  for (const ChangePointScore& point : score.change_points) EXPECT_EQ(point.frame_predicted, ChangePointScore::none);
}

TEST(ChangePointRows, OfImpossibleFramesDoNotOverflow) {
  const FovScore score = scored({0, 1, 1, 2, nan, 1, 1, 2, 9e18, 1, 1, 2, 100}, {{0, 1, 1, 2, -9e18, 1, 1, 2, 100}});
  EXPECT_EQ(score.change_points.size(), 3U);
}

TEST(ChangePointRows, NameTheirTrajectory) {
  LabelTable truths;
  truths.append(std::vector<double>{4, 1, 1, 2, 50}, 1);
  truths.append(truth, 2);
  truths.set_index(1, 7);
  const FovScore score = score_fov(pair_by_index(truths, LabelTable()), Rules::paper);
  EXPECT_THAT(score.change_points,
              ElementsAre(Field(&ChangePointScore::trajectory, 1), Field(&ChangePointScore::trajectory, 1)));
}

}  // namespace
}  // namespace an::evaluation
