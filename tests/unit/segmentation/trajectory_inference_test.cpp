// SPDX-License-Identifier: MIT
#include "segmentation/trajectory_inference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

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
  options.wanted = std::vector<std::size_t>{0};
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

// Two particles move as free and bound ones alike: only their distance tells when they are bound, in frames
// [begin, end) of 1,500.
FieldOfView pair_of(std::size_t begin, std::size_t end) {
  Random random({13, 0, 0, 0, RandomStream::particle});
  FieldOfView fov;
  fov.trajectories.resize(2);
  std::array<double, 4> place{20, 20, 20.4, 20.4};
  for (std::size_t t = 0; t < 1500; ++t) {
    for (std::size_t i = 0; i < 2; ++i) {
      fov.trajectories[i].index = static_cast<std::int64_t>(i);
      fov.trajectories[i].x.push_back(place[2 * i] + noise * random.normal());
      fov.trajectories[i].y.push_back(place[2 * i + 1] + noise * random.normal());
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const bool bound = begin <= t && t < end;
      const double first = 0.3 * random.normal(), second = bound ? first : 0.3 * random.normal();
      place[axis] += first;
      place[2 + axis] = t + 1 == begin ? place[axis] + 0.4 : place[2 + axis] + second;
    }
  }
  return fov;
}

TEST(TrajectoryInference, PartnersTellWhenALongTrajectoryIsBound) {
  ExperimentModel model;
  model.phenomenon = Phenomenon::dimerization;
  model.states = {{1, 0.1, 0.045, 0.005}, {1, 0.1, 0.045, 0.005}};
  model.dynamics = {{0.1, 0.9}, {0, 0.005, 0.005, 0}};
  model.errors = independent_errors(noise);
  model.dimer = 0;
  model.dimer_range = 1;
  const std::size_t begin = 1100, end = 1300;
  for (const InferredTrajectory& inferred : infer_trajectories(pair_of(begin, end), model, {}).trajectories) {
    ASSERT_EQ(inferred.segments.size(), 3U);
    EXPECT_NEAR(static_cast<double>(inferred.segments[1].begin), static_cast<double>(begin), 3);
    EXPECT_NEAR(static_cast<double>(inferred.segments[2].begin), static_cast<double>(end), 3);
  }
}

TEST(TrajectoryInference, BeliefsOfALongTrajectoryCountInAllOfItsPieces) {
  constexpr std::size_t frames = 2500, change = 1700;
  FieldOfView fov;
  fov.trajectories.push_back(brownian(0, 0, 0, frames));
  ExperimentModel model;
  model.states = {{1, 0.3, 0.5, 0.3}};
  model.dynamics = {{1}, {0}};
  model.errors = independent_errors(noise);
  std::vector<FrameBeliefs> beliefs(1);
  for (std::size_t t = 0; t < frames; ++t) {
    beliefs[0].alpha.push_back(t < change ? 0.5 : 1.5);
    beliefs[0].log_k.push_back(0);
    beliefs[0].state.push_back({0, 0, 1, 0});
    beliefs[0].change.push_back(t == change ? 1 : 0);
  }
  InferenceOptions options;
  options.beliefs = beliefs;
  options.shares = {1, 1, 1, true};
  const InferredTrajectory inferred = infer_trajectories(fov, model, options).trajectories.at(0);
  ASSERT_EQ(inferred.segments.size(), 2U);
  EXPECT_EQ(inferred.segments[1].begin, change);
  EXPECT_NEAR(inferred.segments[0].alpha.value, 0.5, 1e-9);
  EXPECT_NEAR(inferred.segments[1].alpha.value, 1.5, 1e-9);
}

TEST(TrajectoryInference, WhereWallsAreFeltBeliefsTellAlphaAndK) {
  FieldOfView fov;
  fov.trajectories.push_back(brownian(0, 0, 0, 100));
  ExperimentModel model;
  model.states = {{1, 0.3, 0.5, 0.3}};
  model.dynamics = {{1}, {0}};
  model.errors = independent_errors(noise);
  model.confined = 0;
  for (const DiffusiveState believed : {DiffusiveState::confined, DiffusiveState::free}) {
    std::array<double, 4> state{};
    state[static_cast<std::size_t>(believed)] = 1;
    const std::vector<FrameBeliefs> beliefs{{std::vector<double>(100, 1.7), std::vector<double>(100, std::log(3.0)),
                                             std::vector<std::array<double, 4>>(100, state),
                                             std::vector<double>(100, 0)}};
    InferenceOptions options;
    options.beliefs = beliefs;
    options.shares = {0, 0, 0, false, true};
    const InferredSegment found = infer_trajectories(fov, model, options).trajectories.at(0).segments.at(0);
    EXPECT_EQ(found.state, DiffusiveState::confined);
    if (believed == DiffusiveState::confined) {
      EXPECT_NEAR(found.alpha.value, 1.7, 1e-9);
      EXPECT_NEAR(found.k.value, 3, 1e-9);
    } else {
      EXPECT_LT(found.alpha.value, 1.4);
      EXPECT_LT(found.k.value, 1.5);
    }
  }
}

// Its pieces overlap.
TEST(TrajectoryInference, ALongTrajectoryIsOneParticleInTheEnsemble) {
  ExperimentModel model;
  model.states = {{1, 0.3, 0.5, 0.3}};
  model.dynamics = {{1}, {0}};
  model.errors = independent_errors(noise);
  for (const std::size_t frames : {900U, 4000U}) {
    FieldOfView fov;
    fov.trajectories = {brownian(0, 0, 0, frames)};
    const PopulationSums sums = infer_trajectories(fov, model, {}).populations;
    EXPECT_NEAR(sums.frames[0], static_cast<double>(frames), 1e-6);
    EXPECT_NEAR(sums.weight[0], 1, 1e-6);
    EXPECT_NEAR(sums.k[0], 0.5, 0.1);
  }
}

// It gets the median of alpha and the mean of K that its population has within the bounds, not before it is cut.
TEST(TrajectoryInference, APointAloneIsAsItsPopulation) {
  ExperimentModel model;
  model.phenomenon = Phenomenon::multi_state;
  model.states = {{0.5, 0.1, 1e-12, 0.6}, {1.5, 0.1, 2, 0.1}};
  model.dynamics = {{0.7, 0.3}, {0, 0.02, 0.02, 0}};
  model.errors = independent_errors(noise);
  FieldOfView fov;
  fov.trajectories = {brownian(0, 0, 0, 1)};
  const InferredSegment segment = infer_trajectories(fov, model, {}).trajectories.at(0).segments.at(0);
  EXPECT_NEAR(segment.alpha.value, 0.5, 0.02);
  EXPECT_NEAR(segment.alpha.low, 0.5 - 1.645 * 0.1, 0.04);
  EXPECT_NEAR(segment.alpha.high, 0.5 + 1.645 * 0.1, 0.04);
  EXPECT_NEAR(segment.k.value, 0.6 * 0.74, 0.06);  // half a normal: mean 0.80 sd, less for the logarithm
  EXPECT_NEAR(segment.k.high, 0.6 * 1.96, 0.15);
  EXPECT_EQ(segment.state, DiffusiveState::free);
  EXPECT_NEAR(segment.state_probability, 0.7, 1e-3);
}

TEST(TrajectoryInference, WhereNothingIsKnownForLongTheSegmentGoesOn) {
  constexpr std::size_t gap = 1000000;
  FieldOfView fov;
  fov.trajectories.assign(2, brownian(0, 0, 0, 300));
  Trajectory& trajectory = fov.trajectories[0];
  const Trajectory after = brownian(1, 0, 0, 20);
  for (const auto& [all, more] : {std::pair{&trajectory.x, &after.x}, std::pair{&trajectory.y, &after.y}}) {
    all->resize(300 + gap, std::numeric_limits<double>::quiet_NaN());
    all->insert(all->end(), more->begin(), more->end());
  }
  ExperimentModel model;
  model.states = {{1, 0.3, 0.7, 0.5}};
  model.dynamics = {{1}, {0}};
  model.errors = independent_errors(noise);
  const std::vector<InferredTrajectory> inferred = infer_trajectories(fov, model, {}).trajectories;
  EXPECT_EQ(inferred[0].frames, 320 + gap);
  ASSERT_EQ(inferred[0].segments.size(), 1U);
  const Estimate &k = inferred[0].segments[0].k, &without_gap = inferred[1].segments[0].k;
  EXPECT_NEAR(k.value, without_gap.value, 0.01);
  EXPECT_NEAR(k.low, without_gap.low, 0.01);
  EXPECT_NEAR(k.high, without_gap.high, 0.01);
}

}  // namespace
}  // namespace an::segmentation
