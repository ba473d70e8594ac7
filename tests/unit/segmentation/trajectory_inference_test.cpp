// SPDX-License-Identifier: MIT
#include "segmentation/trajectory_inference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace an::segmentation {
namespace {

constexpr double noise = 0.05;

// Brownian motion of K = 0.5 from a place.
Trajectory brownian(std::int64_t index, double x, double y, std::size_t frames) {
  Random random({7, 0, 0, static_cast<std::uint32_t>(index), RandomStream::particle});
  Trajectory out{index, 0, {}, {}};
  for (std::size_t t = 0; t < frames; ++t) {
    out.x.push_back(x + noise * random.normal());
    out.y.push_back(y + noise * random.normal());
    x += random.normal();
    y += random.normal();
  }
  return out;
}

// One particle in a box of 100 px, and others in rows about it.
FieldOfView box(int rows) {
  FieldOfView fov;
  fov.trajectories.push_back(brownian(0, 50, 50, 150));
  for (int i = 0; i < rows * rows; ++i)
    fov.trajectories.push_back(brownian(i + 1, 100.0 * (i % rows + 0.5) / rows, 100.0 * (i / rows + 0.5) / rows, 150));
  return fov;
}

InferredSegment of_first(const FieldOfView& fov, const LocalisationErrors& errors) {
  ExperimentModel model;
  model.states = {{1, 0.3, 0.5, 0.3}};
  model.dynamics = {{1}, {0}};
  model.errors = errors;
  add_strays(model);
  InferenceOptions options;
  options.wanted = {0};
  return infer_trajectories(fov, model, options).trajectories.at(0).segments.at(0);
}

TEST(TrajectoryInference, ATrackInACrowdMayBeOfSeveralParticlesSoItsIntervalsAreWider) {
  const InferredSegment sparse = of_first(box(2), tracking_errors(noise, noise));
  const InferredSegment crowded = of_first(box(16), tracking_errors(noise, noise));
  EXPECT_DOUBLE_EQ(crowded.alpha.value, sparse.alpha.value);
  EXPECT_DOUBLE_EQ(crowded.k.value, sparse.k.value);
  EXPECT_GT(crowded.alpha.high - crowded.alpha.low, 1.3 * (sparse.alpha.high - sparse.alpha.low));
  EXPECT_GT(crowded.k.high - crowded.k.low, 1.3 * (sparse.k.high - sparse.k.low));
  EXPECT_LE(crowded.alpha.low, crowded.alpha.value);
  EXPECT_GE(crowded.alpha.high, crowded.alpha.value);
}

TEST(TrajectoryInference, HoweverOftenParticlesMeetIntervalsAreFinite) {
  FieldOfView fov = box(16);
  for (Trajectory& trajectory : fov.trajectories)
    for (std::vector<double>* axis : {&trajectory.x, &trajectory.y})
      for (double& value : *axis) value *= 0.01;  // all in a pixel
  const InferredSegment segment = of_first(fov, tracking_errors(noise, noise));
  for (const Estimate& estimate : {segment.alpha, segment.k}) {
    EXPECT_TRUE(std::isfinite(estimate.low) && std::isfinite(estimate.high));
    EXPECT_LE(estimate.low, estimate.value);
    EXPECT_GE(estimate.high, estimate.value);
  }
}

TEST(TrajectoryInference, WithKnownIdentitiesACrowdSaysNothing) {
  const InferredSegment sparse = of_first(box(2), independent_errors(noise));
  const InferredSegment crowded = of_first(box(16), independent_errors(noise));
  EXPECT_DOUBLE_EQ(crowded.alpha.low, sparse.alpha.low);
  EXPECT_DOUBLE_EQ(crowded.alpha.high, sparse.alpha.high);
}

// Inferred in pieces of 1,024 frames: what follows a change shortly before the end of one is described by all of it.
TEST(TrajectoryInference, SegmentsOfALongTrajectoryGoOnOverPieces) {
  constexpr std::size_t frames = 2500;
  const std::vector<std::size_t> changes{500, 1010, 2300};
  FieldOfView fov;
  Random random({11, 0, 0, 0, RandomStream::particle});
  Trajectory& trajectory = fov.trajectories.emplace_back();
  double x = 0;
  double y = 0;
  for (std::size_t t = 0; t < frames; ++t) {
    const auto passed = std::count_if(changes.begin(), changes.end(), [&](std::size_t change) { return change <= t; });
    const double step = passed % 2 == 0 ? 1 : 0.2;  // K 0.5 and 0.02
    trajectory.x.push_back(x + noise * random.normal());
    trajectory.y.push_back(y + noise * random.normal());
    x += step * random.normal();
    y += step * random.normal();
  }
  ExperimentModel model;
  model.phenomenon = Phenomenon::multi_state;
  model.states = {{1, 0.2, 0.03, 0.03}, {1, 0.2, 0.5, 0.3}};
  model.dynamics = {{0.5, 0.5}, {0, 0.002, 0.002, 0}};
  model.errors = independent_errors(noise);
  const InferredTrajectory inferred = infer_trajectories(fov, model, {}).trajectories.at(0);
  ASSERT_EQ(inferred.segments.size(), changes.size() + 1);
  EXPECT_EQ(inferred.segments[0].change_probability, 1);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(inferred.segments[i + 1].begin), static_cast<double>(changes[i]), 5);
    EXPECT_GT(inferred.segments[i + 1].change_probability, 0.5);
  }
  for (std::size_t i = 0; i < inferred.segments.size(); ++i) {
    const double k = i % 2 == 0 ? 0.5 : 0.02;
    EXPECT_NEAR(inferred.segments[i].k.value, k, 0.2 * k) << i;
    EXPECT_LT(inferred.segments[i].k.high - inferred.segments[i].k.low, 0.5 * k) << i;
  }
}

}  // namespace
}  // namespace an::segmentation
