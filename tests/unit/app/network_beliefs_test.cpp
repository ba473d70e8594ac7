// SPDX-License-Identifier: MIT
#include "app/predict/network_beliefs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"

namespace an::app {
namespace {

// Brownian motion of K = 1, to which nothing happens, far from that of other particles.
segmentation::Trajectory brownian(std::size_t frames, std::uint32_t particle = 0) {
  Random random({17, 0, 0, particle, RandomStream::particle});
  segmentation::Trajectory out;
  double x = 1000.0 * particle, y = 0;
  for (std::size_t t = 0; t < frames; ++t) {
    out.x.push_back(x + 0.12 * random.normal());
    out.y.push_back(y + 0.12 * random.normal());
    x += std::sqrt(2) * random.normal();
    y += std::sqrt(2) * random.normal();
  }
  return out;
}

NetworkBeliefs shipped() { return {{}, PredictConfig{}, 0}; }

TEST(NetworkBeliefs, NoChangeIsSeenWhereALongTrajectoryIsCut) {
  constexpr std::size_t frames = 2200;
  constexpr std::uint32_t particles = 32;
  segmentation::FieldOfView fov;
  for (std::uint32_t i = 0; i < particles; ++i) fov.trajectories.push_back(brownian(frames, i));
  std::vector<double> change(frames);  // in the mean
  for (const segmentation::FrameBeliefs& beliefs : shipped().of(fov)) {
    ASSERT_EQ(beliefs.change.size(), frames);
    for (std::size_t t = 0; t < frames; ++t) change[t] += beliefs.change[t] / particles;
  }
  EXPECT_LT(*std::max_element(change.begin() + 20, change.end() - 20), 0.1);
}

TEST(NetworkBeliefs, WhereNothingIsKnownForLongItIsAsBefore) {
  segmentation::FieldOfView fov;
  fov.trajectories.push_back(brownian(30));
  const std::size_t frames = 300000;
  for (std::vector<double>* axis : {&fov.trajectories[0].x, &fov.trajectories[0].y})
    axis->resize(frames, std::numeric_limits<double>::quiet_NaN());
  const segmentation::FrameBeliefs beliefs = shipped().of(fov).at(0);
  ASSERT_EQ(beliefs.alpha.size(), frames);
  ASSERT_EQ(beliefs.state.size(), frames);
  EXPECT_NEAR(beliefs.alpha[5000], beliefs.alpha[frames - 5], 0.05);
  EXPECT_EQ(beliefs.change[frames - 5], 0);
}

TEST(NetworkBeliefs, EveryFrameOfALongTrajectoryHasSome) {
  for (const std::size_t frames : {1U, 2U, 1024U, 1025U, 2048U, 2049U}) {
    segmentation::FieldOfView fov;
    fov.trajectories.push_back(brownian(frames));
    const segmentation::FrameBeliefs beliefs = shipped().of(fov).at(0);
    EXPECT_EQ(beliefs.alpha.size(), frames);
    EXPECT_EQ(beliefs.log_k.size(), frames);
    EXPECT_EQ(beliefs.state.size(), frames);
    EXPECT_EQ(beliefs.change.size(), frames);
  }
}

}  // namespace
}  // namespace an::app
