// SPDX-License-Identifier: MIT
// Intervals and probabilities against simulated truth: particles drawn from the very population that the model knows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {
namespace {

constexpr double noise = 0.12;

// Displacements of one axis by Cholesky decomposition of the covariance: another way than the simulator's.
std::vector<double> displacements(double alpha, double k, std::size_t count, Random& random) {
  std::vector<std::vector<double>> l(count, std::vector<double>(count));
  const auto covariance = [&](std::size_t lag) {
    const auto h = static_cast<double>(lag);
    const double middle = lag == 0 ? 0 : std::pow(h, alpha);
    return k * (std::pow(h + 1, alpha) - 2 * middle + std::pow(std::abs(h - 1), alpha));
  };
  std::vector<double> z(count);
  std::vector<double> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    z[i] = random.normal();
    for (std::size_t j = 0; j <= i; ++j) {
      double value = covariance(i - j);
      for (std::size_t m = 0; m < j; ++m) value -= l[i][m] * l[j][m];
      l[i][j] = i == j ? std::sqrt(value) : value / l[j][j];
      out[i] += l[i][j] * z[j];
    }
  }
  return out;
}

double drawn(double mean, double sd, double low, double high, Random& random) {
  for (;;) {
    const double value = mean + sd * random.normal();
    if (value > low && value < high) return value;
  }
}

struct Truth {
  double alpha, k;
};

class Calibration : public testing::TestWithParam<StatePopulation> {};

TEST_P(Calibration, NinetyPercentIntervalsHoldNinetyPercent) {
  const StatePopulation population = GetParam();
  ExperimentModel model;
  model.states = {population};
  model.dynamics = {{1}, {0}};
  constexpr std::size_t particles = 500;
  FieldOfView fov;
  std::vector<Truth> truth;
  Random random({21, 0, 0, 0, RandomStream::particle});
  for (std::size_t i = 0; i < particles; ++i) {
    truth.push_back({drawn(population.alpha_mean, population.alpha_sd, 0, 1.999, random),
                     drawn(population.k_mean, population.k_sd, 1e-12, 1e6, random)});
    const std::size_t frames = 20 + 5 * (i % 20);
    Trajectory t{static_cast<std::int64_t>(i), 0, {}, {}};
    for (auto* axis : {&t.x, &t.y}) {
      const std::vector<double> steps = displacements(truth[i].alpha, truth[i].k, frames - 1, random);
      double place = 50;
      axis->push_back(place + noise * random.normal());
      for (const double step : steps) {
        place += step;
        axis->push_back(place + noise * random.normal());
      }
    }
    fov.trajectories.push_back(t);
  }
  const InferredFov inferred = infer_trajectories(fov, model, {});
  double alpha_held = 0;
  double k_held = 0;
  for (std::size_t i = 0; i < particles; ++i) {
    ASSERT_EQ(inferred.trajectories[i].segments.size(), 1U);
    const InferredSegment& s = inferred.trajectories[i].segments[0];
    alpha_held += s.alpha.low <= truth[i].alpha && truth[i].alpha <= s.alpha.high ? 1 : 0;
    k_held += s.k.low <= truth[i].k && truth[i].k <= s.k.high ? 1 : 0;
  }
  // 87 to 93 %, widened by two standard errors of 500 particles.
  EXPECT_NEAR(alpha_held / particles, 0.9, 0.03 + 0.027);
  EXPECT_NEAR(k_held / particles, 0.9, 0.03 + 0.027);
}

// Particles that differ more, and less, than they are measured, and directed ones.
INSTANTIATE_TEST_SUITE_P(Populations, Calibration,
                         testing::Values(StatePopulation{1.0, 0.25, 0.8, 0.3}, StatePopulation{1.0, 0.03, 1.0, 0.05},
                                         StatePopulation{1.99, 0.1, 1.0, 0.1}));

TEST(CalibrationOfChanges, ChangePointsAreAsProbableAsTheySay) {
  ExperimentModel model;
  model.phenomenon = Phenomenon::multi_state;
  model.states = {{1, 0.02, 0.25, 0.02}, {1, 0.02, 0.8, 0.05}};
  model.dynamics = {{0.5, 0.5}, {0, 0.02, 0.02, 0}};
  FieldOfView fov;
  std::vector<std::vector<int>> truth;
  Random random({22, 0, 0, 0, RandomStream::particle});
  for (std::int64_t i = 0; i < 400; ++i) {
    Trajectory t{i, 0, {50}, {50}};
    std::vector<int> changes;
    bool fast = random.coin(0.5);
    for (int frame = 1; frame < 120; ++frame) {
      const double sd = std::sqrt(2 * (fast ? 0.8 : 0.25));
      t.x.push_back(t.x.back() + sd * random.normal());
      t.y.push_back(t.y.back() + sd * random.normal());
      if (random.coin(0.02)) {
        fast = !fast;
        changes.push_back(frame);
      }
    }
    for (auto* axis : {&t.x, &t.y})
      for (double& value : *axis) value += noise * random.normal();
    fov.trajectories.push_back(t);
    truth.push_back(changes);
  }
  const InferredFov inferred = infer_trajectories(fov, model, {});
  double said = 0;
  double found = 0;
  double count = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    for (std::size_t s = 1; s < inferred.trajectories[i].segments.size(); ++s) {
      const InferredSegment& segment = inferred.trajectories[i].segments[s];
      const auto near = [&](int frame) { return std::abs(frame - static_cast<int>(segment.begin)) <= 3; };
      said += segment.change_probability;
      found += std::any_of(truth[i].begin(), truth[i].end(), near) ? 1 : 0;
      ++count;
    }
  ASSERT_GT(count, 200);
  EXPECT_NEAR(found / count, said / count, 0.06);
}

}  // namespace
}  // namespace an::segmentation
