// SPDX-License-Identifier: MIT
#include "segmentation/trajectory_inference.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace an::segmentation
