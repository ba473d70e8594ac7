// SPDX-License-Identifier: MIT
#include "segmentation/state_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.hpp"

namespace an::segmentation {
namespace {

// Brownian motion of K = 0.5, and a long time later as much again.
Trajectory seen_twice(std::int64_t index, std::size_t frames, std::size_t gap) {
  Random random({19, 0, 0, static_cast<std::uint32_t>(index), RandomStream::particle});
  Trajectory out{index, 0, {}, {}};
  double x = 0, y = 0;
  for (std::size_t t = 0; t < 2 * frames + gap; ++t) {
    const bool seen = t < frames || t >= frames + gap;
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    out.x.push_back(seen ? x + 0.1 * random.normal() : unknown);
    out.y.push_back(seen ? y + 0.1 * random.normal() : unknown);
    if (!seen) continue;
    x += random.normal();
    y += random.normal();
  }
  return out;
}

// The fitted trajectories, by what parameters cost.
double fitted(const FieldOfView& fov) {
  StateFit fit(std::vector{fov}, {});
  ExperimentModel model;
  model.states = {{1, 0.3, 0.5, 0.3}};
  model.dynamics = {{1}, {0}};
  return std::exp(fit.improve(model, 1, 1).penalty / (0.75 * 4));
}

TEST(StateFit, PiecesOfAGapAreNotFitted) {
  FieldOfView fov;
  for (std::int64_t i = 0; i < 3; ++i) fov.trajectories.push_back(seen_twice(i, 6, 90000));
  EXPECT_NEAR(fitted(fov), 6, 1e-6);
}

TEST(StateFit, TrajectoriesWithoutADisplacementAreNotFitted) {
  FieldOfView fov;
  for (const std::size_t frames : {1U, 6U, 6U}) fov.trajectories.push_back(seen_twice(0, frames, 90000));
  for (const std::size_t gap : {1U, 3U}) fov.trajectories.push_back(seen_twice(1, 1, gap));
  EXPECT_NEAR(fitted(fov), 4, 1e-6);  // the halves of two
}

TEST(StateFit, OneTrajectoryCountsAsThree) { EXPECT_NEAR(fitted({{seen_twice(0, 6, 0)}}), 3, 1e-6); }

}  // namespace
}  // namespace an::segmentation
