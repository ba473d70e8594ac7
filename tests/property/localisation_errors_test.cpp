// SPDX-License-Identifier: MIT
// What is wrong with positions, against trajectories to which it was done.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "segmentation/experiment_fit.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {
namespace {

// Brownian particles of two speeds that change state, with localisation noise.
FieldOfView two_speeds(std::size_t particles, double noise, std::uint64_t seed) {
  FieldOfView fov;
  for (std::size_t i = 0; i < particles; ++i) {
    Random random({seed, 0, 0, static_cast<std::uint32_t>(i), RandomStream::particle});
    Trajectory t{static_cast<std::int64_t>(i), 0, {}, {}};
    double x = 100 * static_cast<double>(i % 8);
    double y = 100 * static_cast<double>(i / 8);  // none near another
    bool fast = random.uniform() < 0.5;
    for (int frame = 0; frame < 120; ++frame) {
      t.x.push_back(x + noise * random.normal());
      t.y.push_back(y + noise * random.normal());
      if (random.uniform() < 1.0 / 40) fast = !fast;
      const double step = std::sqrt(2 * (fast ? 1.0 : 0.03));
      x += step * random.normal();
      y += step * random.normal();
    }
    fov.trajectories.push_back(t);
  }
  return fov;
}

TEST(LocalisationErrors, NoiseIsEstimatedWhereItIsNotGiven) {
  // The smaller one is a third of a slow particle's step.
  for (const auto& [noise, error] : {std::pair(0.08, 0.15), std::pair(0.25, 0.05)}) {
    const FieldOfView fov = two_speeds(60, noise, 31);
    FitOptions options;
    options.errors = independent_errors(0.1);
    options.least_noise = 0.1;
    options.most_noise = 10;
    const ExperimentFit fit = fit_experiment(std::span(&fov, 1), options);
    EXPECT_NEAR(fit.front().model.errors.noise / noise, 1, error) << noise;
  }
}

TEST(LocalisationErrors, JumpsOfATrackAreNoChangePoints) {
  FieldOfView fov = two_speeds(60, 0.05, 32);
  std::size_t changes_before = 0;
  FitOptions options;
  options.errors = tracking_errors(0.05, 0.1);
  const auto infer = [&] {
    const ExperimentModel model = fit_experiment(std::span(&fov, 1), options).front().model;
    EXPECT_EQ(model.particle_states(), 2U);
    EXPECT_EQ(model.phenomenon, Phenomenon::multi_state);
    std::size_t changes = 0;
    for (const InferredTrajectory& t : infer_trajectories(fov, model, {}).trajectories) {
      changes += t.segments.size() - 1;
      for (const InferredSegment& s : t.segments) EXPECT_LT(s.k.value, 4) << t.index;
    }
    return changes;
  };
  changes_before = infer();
  EXPECT_GT(changes_before, 80U);
  // Every third track goes on with a particle some pixels away.
  for (std::size_t i = 0; i < fov.trajectories.size(); i += 3)
    for (std::size_t t = 60; t < fov.trajectories[i].x.size(); ++t) fov.trajectories[i].x[t] += 7;
  const std::size_t changes_after = infer();
  EXPECT_NEAR(static_cast<double>(changes_after), static_cast<double>(changes_before), 12);
}

}  // namespace
}  // namespace an::segmentation
