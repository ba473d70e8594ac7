// SPDX-License-Identifier: MIT
#include "network/frame_predictor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "network/training_batch.hpp"
#include "network_case.hpp"

namespace an::network {
namespace {

using kernels::LossKind;

NetworkShape tiny_shape(LossKind task) {
  NetworkShape shape;
  shape.filters = {4, 6};
  shape.bottom = 8;
  shape.task = task;
  shape.scale = 2;
  return shape;
}

FramePredictor predictor_of(const NetworkShape& shape) {
  return {shape, test::NetworkCase(shape, 1, 64, 208, false, 5).weights, kernels::Backend::reference,
          kernels::Precision::f32};
}

// Random walks of different lengths.
class Walks {
 public:
  explicit Walks(std::size_t count, std::size_t longest = 200) {
    Random random({7, 0, 0, 0, RandomStream::particle});
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double>&x = x_.emplace_back(), &y = y_.emplace_back();
      for (std::size_t t = 0; t < longest - i % 50; ++t) {
        x.push_back((t > 0 ? x.back() : 0) + random.normal());
        y.push_back((t > 0 ? y.back() : 0) + random.normal());
      }
    }
    for (std::size_t i = 0; i < count; ++i) paths.push_back({0, x_[i], y_[i]});
  }
  std::vector<ParticlePath> part(std::size_t begin, std::size_t end) const {
    return {paths.begin() + static_cast<std::ptrdiff_t>(begin), paths.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  std::vector<ParticlePath> paths;

 private:
  std::vector<std::vector<double>> x_, y_;
};

TEST(FramePredictor, GivesWhatTheNetworkGivesOfOneTileOfScaledSteps) {
  const NetworkShape shape = tiny_shape(LossKind::cross_entropy);
  const Walks walks(3);
  test::NetworkCase by_hand(shape, 1, 64, 208, false, 5);
  std::fill(by_hand.input.begin(), by_hand.input.end(), 0.0F);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t t = 1; t < walks.paths[i].x.size(); ++t) {
      float* const step = by_hand.input.data() + 2 * (208 * i + t);
      step[0] = static_cast<float>(walks.paths[i].x[t] - walks.paths[i].x[t - 1]) / 2;
      step[1] = static_cast<float>(walks.paths[i].y[t] - walks.paths[i].y[t - 1]) / 2;
    }
  const auto executor =
      kernels::make_executor(kernels::Backend::reference, by_hand.network.plan, kernels::Precision::f32);
  by_hand.load(*executor);
  executor->forward(kernels::Mode::inference);
  const std::vector<float> expected = by_hand.output(*executor);

  const std::vector<FramePredictions> found = predictor_of(shape).predict(walks.paths);
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(found[i].probability.size(), walks.paths[i].x.size());
    for (std::size_t t = 0; t < found[i].probability.size(); ++t)
      EXPECT_EQ(found[i].probability[t], state_probabilities(expected.data() + 4 * (208 * i + t))) << i << ' ' << t;
    EXPECT_TRUE(found[i].alpha.empty() && found[i].log_k.empty() && found[i].change.empty());
  }
}

TEST(FramePredictor, TilesOf64TrajectoriesDoNotKnowOfEachOther) {
  FramePredictor predictor = predictor_of(tiny_shape(LossKind::cross_entropy));
  const Walks walks(130);
  const std::vector<FramePredictions> all = predictor.predict(walks.paths);
  ASSERT_EQ(all.size(), 130U);
  for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 64}, {64, 128}, {128, 130}}) {
    const std::vector<FramePredictions> alone = predictor.predict(walks.part(begin, end));
    for (std::size_t i = begin; i < end; ++i) EXPECT_EQ(alone[i - begin].probability, all[i].probability) << i;
  }
  EXPECT_NE(predictor.predict(walks.part(0, 3))[2].probability, all[2].probability);  // rows of a tile do know
}

TEST(FramePredictor, RunsTheTilesThatAreWanted) {
  FramePredictor predictor = predictor_of(tiny_shape(LossKind::cross_entropy));
  const Walks walks(130);
  std::vector<bool> wanted(130);
  wanted[70] = true;
  const std::vector<FramePredictions> all = predictor.predict(walks.paths);
  const std::vector<FramePredictions> found = predictor.predict(walks.paths, wanted);
  ASSERT_EQ(found.size(), 130U);
  EXPECT_EQ(found[70].probability, all[70].probability);
  EXPECT_TRUE(found[0].probability.empty());
  EXPECT_TRUE(found[129].probability.empty());
}

TEST(FramePredictor, TakesTrajectoriesOfAnyLength) {
  FramePredictor predictor = predictor_of(tiny_shape(LossKind::msle));
  const Walks many(1, 700), one(1, 1);
  const std::vector<FramePredictions> found = predictor.predict(many.paths);
  ASSERT_EQ(found.at(0).log_k.size(), 700U);
  EXPECT_THAT(found[0].log_k, testing::Each(testing::AllOf(testing::Ge(-30.0F), testing::Le(14.0F))));
  EXPECT_NE(found[0].log_k[600], found[0].log_k[650]);
  EXPECT_EQ(predictor.predict(one.paths).at(0).log_k.size(), 1U);
  EXPECT_TRUE(predictor.predict({}).empty());
}

TEST(FramePredictor, GivesAlphaFromZeroToTwo) {
  const Walks walks(2);
  const std::vector<FramePredictions> found = predictor_of(tiny_shape(LossKind::mae)).predict(walks.paths);
  ASSERT_EQ(found.at(1).alpha.size(), walks.paths[1].x.size());
  EXPECT_THAT(found[1].alpha, testing::Each(testing::AllOf(testing::Ge(0.0F), testing::Le(2.0F))));
  EXPECT_TRUE(found[1].log_k.empty() && found[1].probability.empty());
}

TEST(FramePredictor, RefusesOtherChannels) {
  NetworkShape shape = tiny_shape(LossKind::mae);
  shape.input_channels = 3;
  EXPECT_THROW(predictor_of(shape), std::invalid_argument);
}

TEST(WriteSteps, GivesWhatTrainingGives) {
  const Walks walks(1, 100);
  TrainingTiles tiles(1, {1, 104});
  FovFeatures(walks.paths).write(0, 104, tiles.features);
  TrainingBatch batch;
  fill_batch(tiles, tiny_shape(LossKind::mae), true, batch);
  std::vector<float> steps(2 * 104, 9.0F);
  write_steps(walks.paths[0], 2, steps);
  ASSERT_EQ(batch.input.size(), steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) EXPECT_NEAR(steps[i], batch.input[i], 1e-5F) << i;
}

TEST(WriteSteps, LeavesOutWhatIsMissingAndCutsWhatIsTooLong) {
  const std::vector<double> x{0, 1, NAN, 3, 5, 1e300, std::numeric_limits<double>::infinity()}, y(7, 0.0);
  std::vector<float> steps(2 * 7);
  write_steps({0, x, y}, 0.5F, steps);
  EXPECT_THAT(steps, testing::ElementsAre(0, 0, 2, 0, 0, 0, 0, 0, 4, 0, 2e4F, 0, 0, 0));
}

}  // namespace
}  // namespace an::network
