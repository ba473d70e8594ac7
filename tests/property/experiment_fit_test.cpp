// SPDX-License-Identifier: MIT
// States of simulated experiments, as they are fitted, against those that were simulated.
#include "segmentation/experiment_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "seen_box.hpp"

namespace an::segmentation {
namespace {

using simulation::Distribution;

Distribution alphas(double mean, double variance) { return Distribution::normal(mean, variance, alpha_bounds); }
Distribution ks(double mean, double variance) { return Distribution::normal(mean, variance, k_bounds); }

// 150 particles that change between these states.
simulation::ModelParameters changing(std::vector<simulation::StateParameters> states,
                                     std::vector<std::vector<double>> transition) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::multi_state;
  parameters.particles = 150;
  parameters.states = std::move(states);
  parameters.transition = std::move(transition);
  return parameters;
}

FieldOfView seen(const simulation::ModelParameters& parameters, std::uint64_t seed) {
  Random random({seed, 0, 0, 0, RandomStream::localisation});
  return testing::trajectories_of(
      testing::seen_box(parameters, {}, {seed, 0, 0, 0, RandomStream::particle}, 0.12, random));
}

// Segments of five frames are seldom seen, and maximisation comes slowly to what they leave of themselves.
TEST(ExperimentFit, FindsStatesThatAreLeftSoon) {
  simulation::ModelParameters parameters = changing(
      {{alphas(1, 0.0001), ks(0.15, 0.01)}, {alphas(1, 0.01), ks(0.33, 0.001)}, {alphas(1, 0.01), ks(0.95, 0.01)}},
      {{0.946, 0.024, 0.03}, {0.016, 0.92, 0.064}, {0.037, 0.14, 0.823}});
  parameters.particles = 1000;
  parameters.box *= std::sqrt(10.0);
  const FieldOfView fov = seen(parameters, 43);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.phenomenon, Phenomenon::multi_state);
  ASSERT_EQ(model.states.size(), 3U);
  EXPECT_NEAR(model.states[0].k_mean, 0.15, 0.03);
  EXPECT_NEAR(model.states[1].k_mean, 0.33, 0.04);
  EXPECT_NEAR(model.states[2].k_mean, 0.95, 0.09);
  for (std::size_t s = 0; s < 3; ++s) {
    const double leaves = 1 - parameters.transition[s][s];
    EXPECT_NEAR(model.dynamics.ends(s), leaves, 0.18 * leaves) << "state " << s;
  }
  EXPECT_LT(model.states[0].alpha_sd, 0.06);
  for (const std::size_t s : {1U, 2U}) {
    EXPECT_GT(model.states[s].alpha_sd, 0.065) << "state " << s;
    EXPECT_LT(model.states[s].alpha_sd, 0.14) << "state " << s;
  }
}

// Kinds of particles are states, if ever so likely, but no more than two: three are a population not as modelled.
TEST(ExperimentFit, TwoKindsOfParticlesAreStates) {
  const simulation::ModelParameters parameters =
      changing({{alphas(1, 0.01), ks(0.3, 0.001)}, {alphas(1, 0.01), ks(3, 0.1)}}, {{1, 0}, {0, 1}});
  const FieldOfView fov = seen(parameters, 44);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_NEAR(model.states[0].k_mean, 0.3, 0.03);
  EXPECT_NEAR(model.states[1].k_mean, 3, 0.2);
}

TEST(ExperimentFit, APopulationOfAnyKIsOneState) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::single_state;
  parameters.particles = 150;
  parameters.states = {{alphas(1, 0.01), Distribution::uniform(0.01, 10)}};
  const FieldOfView fov = seen(parameters, 47);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  EXPECT_EQ(model.states.size(), 1U);
}

// Motion that is lost in the noise is hardly told from rest, but the one is found where it is, and the other where that
// is.
TEST(ExperimentFit, FindsAStateThatHardlyMoves) {
  const simulation::ModelParameters parameters = changing(
      {{alphas(1.2, 0.01), ks(0.0045, 1e-7)}, {alphas(1.05, 0.003), ks(0.33, 0.0001)}}, {{0.85, 0.15}, {0.01, 0.99}});
  const FieldOfView fov = seen(parameters, 48);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_FALSE(model.states[0].immobile);
  EXPECT_NEAR(model.states[0].k_mean, 0.0045, 0.004);
  EXPECT_LT(model.states[0].k_sd, 0.01);
}

// One particle in a hundred is in a compartment, and moves far faster there.
TEST(ExperimentFit, FindsARareState) {
  const simulation::ModelParameters parameters = changing(
      {{alphas(0.53, 0.0005), ks(0.5, 0.001)}, {alphas(1.5, 0.01), ks(11, 1)}}, {{0.9992, 0.0008}, {0.28, 0.72}});
  const FieldOfView fov = seen(parameters, 49);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_NEAR(model.states[0].k_mean, 0.5, 0.05);
  EXPECT_GT(model.states[1].k_mean, 3);
}

// Brownian trajectories of 2,000 frames with noise of 0.12 px, whose steps in px are told by trajectory and frame.
template <class Step>
FieldOfView long_trajectories(std::uint64_t seed, std::uint32_t count, const Step& step) {
  FieldOfView fov;
  for (std::uint32_t i = 0; i < count; ++i) {
    Random random({seed, 0, 0, i, RandomStream::particle});
    Trajectory& trajectory = fov.trajectories.emplace_back();
    trajectory.index = i;
    double x = 0;
    double y = 0;
    for (std::size_t t = 0; t < 2000; ++t) {
      trajectory.x.push_back(x + 0.12 * random.normal());
      trajectory.y.push_back(y + 0.12 * random.normal());
      x += step(i, t) * random.normal();
      y += step(i, t) * random.normal();
    }
  }
  return fov;
}

// All of a long trajectory counts, not only its beginning.
TEST(ExperimentFit, FindsStatesThatLongTrajectoriesComeToLate) {
  const FieldOfView fov = long_trajectories(50, 10, [](std::uint32_t, std::size_t t) { return t < 1000 ? 1 : 0.2; });
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_NEAR(model.states[0].k_mean, 0.02, 0.005);
  EXPECT_NEAR(model.states[1].k_mean, 0.5, 0.1);
}

// However few there are, and whichever comes first.
TEST(ExperimentFit, FewLongTrajectoriesTellTheSameInAnyOrder) {
  FieldOfView fov = long_trajectories(51, 4, [](std::uint32_t i, std::size_t t) {
    return std::array{0.2, 1.0, 3.0}[i == 0 ? 0 : t / 50 % 3];
  });
  for (int order = 0; order < 2; ++order) {
    const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
    ASSERT_EQ(model.states.size(), 3U);
    EXPECT_NEAR(model.states[0].k_mean, 0.02, 0.005);
    EXPECT_NEAR(model.states[1].k_mean, 0.5, 0.1);
    EXPECT_NEAR(model.states[2].k_mean, 4.5, 0.7);
    std::ranges::reverse(fov.trajectories);
  }
}

// The smaller it is, the likelier are particles that never move.
TEST(ExperimentFit, NoiseStaysWithinItsBounds) {
  FieldOfView fov;
  for (int i = 0; i < 20; ++i)
    fov.trajectories.push_back({i, 0, std::vector<double>(60, 5.0 * i), std::vector<double>(60, 7)});
  FitOptions options;
  options.errors = independent_errors(0.1);
  options.least_noise = 0.1;
  options.most_noise = 10;
  const double noise = fit_experiment(std::span(&fov, 1), options).front().model.errors.noise;
  EXPECT_GE(noise, 0.01 - 1e-12);
  EXPECT_LT(noise, 0.02);
}

// So are those that are seldom left.
TEST(ExperimentFit, FindsStatesThatAreSeldomLeft) {
  const simulation::ModelParameters parameters =
      changing({{alphas(0.8, 0.0005), ks(0.27, 0.0001)}, {alphas(1.98, 0.05), ks(0.0002, 1e-10)}},
               {{1 - 1.0 / 500, 1.0 / 500}, {1.0 / 500, 1 - 1.0 / 500}});
  const FieldOfView fov = seen(parameters, 46);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  EXPECT_TRUE(model.phenomenon == Phenomenon::multi_state || model.phenomenon == Phenomenon::confinement);
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_LT(model.states[0].k_mean, 0.02);
  EXPECT_NEAR(model.states[1].k_mean, 0.27, 0.05);
}

// A particle at rest or, where K is above 0, a Brownian one, in 200 frames; seen with noise, far from the others.
Trajectory brownian(std::int64_t index, double k, double noise, std::uint64_t seed) {
  Random random({seed, 0, 0, static_cast<std::uint32_t>(index), RandomStream::particle});
  Trajectory out{index, 0, {}, {}};
  double x = 100.0 * static_cast<double>(index % 8);
  double y = 100.0 * static_cast<double>(index / 8);
  for (int t = 0; t < 200; ++t) {
    out.x.push_back(x + noise * random.normal());
    out.y.push_back(y + noise * random.normal());
    x += std::sqrt(2 * k) * random.normal();
    y += std::sqrt(2 * k) * random.normal();
  }
  return out;
}

TEST(ExperimentFit, WhatNeverMovesIsAtRest) {
  for (const double noise : {0.0, 0.12}) {
    FieldOfView fov;
    for (int i = 0; i < 20; ++i) fov.trajectories.push_back(brownian(i, 0, noise, 51));
    const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
    EXPECT_TRUE(model.states[0].immobile) << "noise " << noise;
    EXPECT_GT(model.dynamics.start[0], 0.9) << "noise " << noise;
  }
}

// Others move all along.
TEST(ExperimentFit, SomeOfTheParticlesAreAtRest) {
  FieldOfView fov;
  for (int i = 0; i < 40; ++i) fov.trajectories.push_back(brownian(i, i < 20 ? 0 : 1, 0.12, 52));
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_TRUE(model.states[0].immobile);
  EXPECT_NEAR(model.states[1].k_mean, 1, 0.1);
}

TEST(ExperimentFit, OneStateThatIsVeryFastIsOne) {
  FieldOfView fov;
  for (int i = 0; i < 60; ++i) fov.trajectories.push_back(brownian(i, 1e4, 0.12, 53));
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 1U);
  EXPECT_NEAR(model.states[0].k_mean, 1e4, 500);
}

// Parameters have their price where there is one trajectory, too.
TEST(ExperimentFit, OneTrajectoryIsOfOneState) {
  int others = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const FieldOfView fov{{brownian(0, 0.5, 0.12, seed)}};
    if (fit_experiment(std::span(&fov, 1), {}).front().model.states.size() > 1) ++others;
  }
  EXPECT_LE(others, 1);
}

// In a crowd chance gives every particle a partner: so much speaks for pairs until their binding is fitted.
TEST(ExperimentFit, ACrowdIsNotOfPairs) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::single_state;
  parameters.particles = 400;
  parameters.box = 50;
  parameters.states = {{alphas(1, 0), ks(0.2, 0)}};
  const FieldOfView fov = seen(parameters, 54);
  FitOptions options;
  options.trajectories = 60;
  EXPECT_EQ(fit_experiment(std::span(&fov, 1), options).front().model.phenomenon, Phenomenon::single_state);
}

// Two states of which particles are mostly in the first when the experiment begins, as if the other were inside of
// compartments.
simulation::ModelParameters begun_in_one_state() {
  simulation::ModelParameters parameters =
      changing({{alphas(1.1, 0.005), ks(0.035, 1e-6)}, {alphas(1.4, 0.05), ks(18, 1)}},
               {{1 - 1.0 / 30, 1.0 / 30}, {1.0 / 60, 1 - 1.0 / 60}});
  parameters.particles = 100;
  parameters.initial_state = 0;
  return parameters;
}

TEST(ExperimentFit, WhatGoesFarIsInNoCompartment) {
  const FieldOfView fov = seen(begun_in_one_state(), 47);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_NE(model.confined, 1U);
}

// Of models that are as likely that which agrees with something else comes first.
TEST(ExperimentFit, AModelThatDisagreesGivesWay) {
  const FieldOfView fov = seen(begun_in_one_state(), 47);
  FitOptions options;
  for (const bool confined : {false, true}) {
    options.agreement_with = [confined](const ExperimentModel& model) {
      Agreement agreement;
      agreement.frames = 1000;
      agreement.disagreement = model.confined.has_value() == confined ? 0 : 0.6;
      return agreement;
    };
    const ExperimentModel model = fit_experiment(std::span(&fov, 1), options).front().model;
    EXPECT_EQ(model.confined.has_value(), confined);
  }
}

TEST(ExperimentFit, WithoutADisplacementThereIsNothingToFit) {
  FieldOfView fov = seen(begun_in_one_state(), 48);
  for (Trajectory& trajectory : fov.trajectories)
    for (std::size_t t = 1; t < trajectory.x.size(); t += 2) trajectory.x[t] = std::nan("");
  EXPECT_THROW(fit_experiment(std::span(&fov, 1), {}), std::invalid_argument);
}

}  // namespace
}  // namespace an::segmentation
