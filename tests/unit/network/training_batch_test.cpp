// SPDX-License-Identifier: MIT
#include "network/training_batch.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "network/trajectory_features.hpp"

namespace an::network {
namespace {

TrainingTiles two_tiles() {
  TrainingTiles tiles(2, {16, 8});
  for (std::size_t p = 0; p < tiles.valid.size(); ++p) {
    tiles.valid[p] = p % 3 == 0 ? 0.0F : 1.0F;
    tiles.alpha[p] = 0.5F;
    tiles.log_k[p] = -1.0F;
    tiles.features[p * feature_count] = std::asinh(0.34F / static_cast<float>(step_scale));
  }
  return tiles;
}

TEST(FillBatch, GivesStepsInPixelsWhereANetworkHasTwoChannels) {
  NetworkShape shape;
  shape.scale = 2;
  TrainingBatch batch;
  fill_batch(two_tiles(), shape, true, batch);
  EXPECT_EQ(batch.input.size(), 2U * 2 * 16 * 8);
  EXPECT_NEAR(batch.input[0], 0.17F, 1e-6F);
}

TEST(FillBatch, CountsPaddingOnlyWhereAskedTo) {
  NetworkShape shape;
  shape.input_channels = feature_count;
  TrainingBatch masked, all;
  fill_batch(two_tiles(), shape, true, masked);
  fill_batch(two_tiles(), shape, false, all);
  EXPECT_EQ(masked.targets[4], 0.0F);
  EXPECT_EQ(masked.targets[kernels::target_channels + 4], 1.0F);
  EXPECT_EQ(all.targets[4], 1.0F);
}

TEST(ThinTiles, TakesOutLastRowsAndIsTheSameAgain) {
  std::size_t thinned = 0;
  for (std::uint64_t batch = 0; batch < 200; ++batch) {
    TrainingTiles first = two_tiles(), second = two_tiles();
    thin_tiles(first, 5, batch, 0);
    thin_tiles(second, 5, batch, 0);
    EXPECT_EQ(first, second);
    EXPECT_GT(first.valid[1], 0);  // a first row always stays
    if (first.valid != two_tiles().valid) ++thinned;
  }
  EXPECT_GT(thinned, 20U);
  EXPECT_LT(thinned, 120U);
}

TEST(ThinTiles, DoesNotDependOnWhoseTilesTheyAre) {
  for (std::uint64_t batch = 0; batch < 50; ++batch) {
    TrainingTiles whole = two_tiles();
    thin_tiles(whole, 5, batch, 0);
    for (std::size_t slot = 0; slot < 2; ++slot) {
      const TrainingTiles both = two_tiles();
      TrainingTiles part(1, both.shape), expected(1, both.shape);
      part.copy(0, both, slot);
      expected.copy(0, whole, slot);
      thin_tiles(part, 5, batch, slot);
      EXPECT_EQ(part, expected) << "batch " << batch << ", slot " << slot;
    }
  }
}

TEST(FrameErrors, AreZeroForTheTruthAndAddByFrames) {
  std::vector<float> targets{0.5F, -1, 2, 0, 1, 0.7F, 0, 1, 0, 0},
      output{0.5F, -1, -9, -9, 9, -9, -20, 9, 9, 9, 9, 9, 9, 9};
  FrameErrors e = frame_errors(kernels::LossKind::joint, output, targets);
  EXPECT_EQ(e.frames, 1);
  EXPECT_NEAR(e.alpha, 0, 1e-9);
  EXPECT_NEAR(e.log_k, 0, 1e-9);
  EXPECT_EQ(e.state, 1);
  EXPECT_NEAR(e.change, 0, 1e-6);
  const FrameErrors of_alpha = frame_errors(kernels::LossKind::mae, {0.75F, 0}, targets);
  EXPECT_NEAR(of_alpha.alpha, 0.25, 1e-6);
  for (const double unknown : {of_alpha.log_k, of_alpha.state, of_alpha.change}) EXPECT_TRUE(std::isnan(unknown));
  output[0] = 1.5F;
  FrameErrors other = frame_errors(kernels::LossKind::joint, output, targets);
  e.add(other);
  EXPECT_NEAR(e.alpha, 0.5, 1e-6);
}

TEST(LearningRate, RisesThenFallsToAHundredth) {
  EXPECT_NEAR(learning_rate(1, 0, 10, 100), 0.1, 1e-6);
  EXPECT_NEAR(learning_rate(1, 9, 10, 100), 1, 1e-6);
  EXPECT_NEAR(learning_rate(1, 55, 10, 100), 0.505, 1e-3);
  EXPECT_NEAR(learning_rate(1, 100, 10, 100), 0.01, 1e-6);
}

}  // namespace
}  // namespace an::network
