// SPDX-License-Identifier: MIT
#include "app/train/validation_scores.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/kernels.hpp"

namespace an::app {
namespace {

using evaluation::SingleMetric;

constexpr network::TileShape tile{2, 64};
constexpr std::size_t frames = 60, changes_at = 30;
constexpr std::size_t channels = 7;

double value_of(const evaluation::SingleScores& scores, SingleMetric metric) {
  return scores[static_cast<std::size_t>(metric)];
}

// One trajectory that changes alpha, K and state, in the first row; the second is empty.
std::vector<float> targets() {
  std::vector<float> all(tile.rows * tile.frames * kernels::target_channels);
  for (std::size_t t = 0; t < frames; ++t) {
    float* target = all.data() + t * kernels::target_channels;
    target[0] = t < changes_at ? 0.5F : 1.5F;
    target[1] = t < changes_at ? -1.0F : 1.0F;
    target[2] = t < changes_at ? 1.0F : 2.0F;
    target[3] = t == changes_at ? 1.0F : 0.0F;
    target[4] = 1;
  }
  return all;
}

// What a network says that is right but for the place of the change.
std::vector<float> outputs(std::size_t change) {
  std::vector<float> all(tile.rows * tile.frames * channels);
  for (std::size_t t = 0; t < frames; ++t) {
    float* y = all.data() + t * channels;
    y[0] = t < change ? 0.5F : 1.5F;
    y[1] = t < change ? -1.0F : 1.0F;
    y[2 + (t < change ? 1 : 2)] = 20;
    y[6] = t == change ? 20.0F : -20.0F;
  }
  return all;
}

TEST(SegmentScores, AreThoseOfTheChallenge) {
  const evaluation::ScoreSums right = segment_scores(tile, outputs(changes_at), targets());
  EXPECT_EQ(right.trajectories, 1);
  const evaluation::SingleScores scores = challenge_scores(right);
  EXPECT_EQ(value_of(scores, SingleMetric::rmse_cp), 0);
  EXPECT_EQ(value_of(scores, SingleMetric::jsc_cp), 1);
  EXPECT_NEAR(value_of(scores, SingleMetric::mae_alpha), 0, 1e-6);
  EXPECT_NEAR(value_of(scores, SingleMetric::msle_k), 0, 1e-6);
  EXPECT_EQ(value_of(scores, SingleMetric::f1_state), 1);
  EXPECT_EQ(value_of(challenge_scores(segment_scores(tile, outputs(changes_at + 4), targets())), SingleMetric::rmse_cp),
            4);
}

TEST(SegmentScores, OfChangesThatAreMissedHaveNoError) {
  std::vector<float> none = outputs(changes_at);
  none[changes_at * channels + 6] = -20;
  const evaluation::SingleScores scores = challenge_scores(segment_scores(tile, none, targets()));
  EXPECT_EQ(value_of(scores, SingleMetric::jsc_cp), 0);
  EXPECT_TRUE(std::isnan(value_of(scores, SingleMetric::rmse_cp)));
}

TEST(SegmentScores, OfOutputsThatAreNotFiniteAreUnknown) {
  std::vector<float> broken = outputs(changes_at);
  broken[3] = NAN;
  const evaluation::ScoreSums sums = segment_scores(tile, broken, targets());
  EXPECT_EQ(sums.trajectories, 0);
  for (const double score : challenge_scores(sums)) EXPECT_TRUE(std::isnan(score));
}

}  // namespace
}  // namespace an::app
