// SPDX-License-Identifier: MIT
// States of simulated experiments, as they are fitted, against those that were simulated.
#include "segmentation/experiment_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "seen_box.hpp"

namespace an::segmentation {
namespace {

using simulation::Distribution;

Distribution alphas(double mean, double variance) {
  return Distribution::normal(mean, variance, simulation::alpha_interval);
}
Distribution ks(double mean, double variance) { return Distribution::normal(mean, variance, simulation::k_interval); }

FieldOfView seen(const simulation::ModelParameters& parameters, std::uint64_t seed) {
  Random random({seed, 0, 0, 0, RandomStream::localisation});
  return testing::trajectories_of(
      testing::seen_box(parameters, {}, {seed, 0, 0, 0, RandomStream::particle}, 0.12, random));
}

// Segments of five frames are seldom seen, and maximisation comes slowly to what they leave of themselves.
TEST(ExperimentFit, FindsStatesThatAreLeftSoon) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::multi_state;
  parameters.particles = 1000;
  parameters.box *= std::sqrt(10.0);
  parameters.states = {
      {alphas(1, 0.0001), ks(0.15, 0.01)}, {alphas(1, 0.01), ks(0.33, 0.001)}, {alphas(1, 0.01), ks(0.95, 0.01)}};
  parameters.transition = {{0.946, 0.024, 0.03}, {0.016, 0.92, 0.064}, {0.037, 0.14, 0.823}};
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

// A chain of states that are never left is none of the challenge's models: it is a population that is not as modelled.
TEST(ExperimentFit, KindsOfParticlesAreNoStates) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::multi_state;
  parameters.particles = 150;
  parameters.states = {{alphas(1, 0.01), ks(0.3, 0.001)}, {alphas(1, 0.01), ks(3, 0.1)}};
  parameters.transition = {{1, 0}, {0, 1}};
  const FieldOfView fov = seen(parameters, 44);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  EXPECT_EQ(model.phenomenon, Phenomenon::single_state);
  EXPECT_EQ(model.states.size(), 1U);
}

// But states that are seldom left are states.
TEST(ExperimentFit, FindsStatesThatAreSeldomLeft) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::multi_state;
  parameters.particles = 150;
  parameters.states = {{alphas(0.8, 0.0005), ks(0.27, 0.0001)}, {alphas(1.98, 0.05), ks(0.0002, 1e-10)}};
  parameters.transition = {{1 - 1.0 / 500, 1.0 / 500}, {1.0 / 500, 1 - 1.0 / 500}};
  const FieldOfView fov = seen(parameters, 46);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  EXPECT_TRUE(model.phenomenon == Phenomenon::multi_state || model.phenomenon == Phenomenon::confinement);
  ASSERT_EQ(model.states.size(), 2U);
  EXPECT_LT(model.states[0].k_mean, 0.02);
  EXPECT_NEAR(model.states[1].k_mean, 0.27, 0.05);
}

// Two states of which particles are mostly in the first when the experiment begins, as if the other were inside of
// compartments.
simulation::ModelParameters begun_in_one_state() {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::multi_state;
  parameters.particles = 100;
  parameters.states = {{alphas(1.1, 0.005), ks(0.035, 1e-6)}, {alphas(1.4, 0.05), ks(18, 1)}};
  parameters.transition = {{1 - 1.0 / 30, 1.0 / 30}, {1.0 / 60, 1 - 1.0 / 60}};
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

}  // namespace
}  // namespace an::segmentation
