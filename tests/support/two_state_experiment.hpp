// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "app/settings/config.hpp"
#include "exact_segmentation.hpp"
#include "seen_box.hpp"
#include "segmentation/experiment_fit.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::testing {

/// A multi-state experiment whose particles all have the same two states.
struct TwoStateExperiment {
  std::array<KnownState, 2> states;
  double dwell = 40;  ///< mean frames in a state
  double noise = 0.12;
  std::size_t frames = 200;
  std::size_t trajectories = 200;
  std::uint64_t seed = 1;
  std::uint32_t number = 0;  ///< of the experiment: names its random numbers
};

/// Change points of trajectories.
using ChangePoints = std::vector<std::vector<std::int64_t>>;

/// What is seen of an experiment, and what was there.
struct ObservedExperiment {
  segmentation::FieldOfView fov;
  ChangePoints truth;
};

/// The whole of a box in which particles are as dense as in the challenge's, so that all trajectories are complete.
inline ObservedExperiment simulate(const TwoStateExperiment& experiment) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::multi_state;
  parameters.box *= std::sqrt(static_cast<double>(experiment.trajectories) / static_cast<double>(parameters.particles));
  parameters.particles = experiment.trajectories;
  parameters.frames = experiment.frames;
  for (const KnownState& state : experiment.states)
    parameters.states.push_back(
        {simulation::Distribution::fixed(state.alpha), simulation::Distribution::fixed(state.k)});
  const double change = 1 / experiment.dwell;
  parameters.transition = {{1 - change, change}, {change, 1 - change}};
  const RandomKey key{experiment.seed, experiment.number, 0, 0, RandomStream::particle};
  Random random({experiment.seed, experiment.number, 0, 0, RandomStream::localisation});
  const simulation::FieldOfView fov = seen_box(parameters, {}, key, experiment.noise, random);
  ObservedExperiment out{trajectories_of(fov), {}};
  for (const simulation::FovTrajectory& t : fov.trajectories) {
    out.truth.emplace_back();
    for (std::size_t i = 1; i < t.segments.size(); ++i)
      out.truth.back().push_back(static_cast<std::int64_t>(t.segments[i].begin));
  }
  return out;
}

/// The experiment's own model. Populations need a spread: one so small that they are one cell in effect.
inline segmentation::ExperimentModel true_model(const TwoStateExperiment& experiment) {
  constexpr double spread = 1e-3;
  segmentation::ExperimentModel model;
  model.phenomenon = segmentation::Phenomenon::multi_state;
  for (const KnownState& s : experiment.states)
    model.states.push_back({s.alpha, spread * s.alpha, s.k, spread * s.k, false, false});
  const double change = 1 / experiment.dwell;
  model.dynamics = {{0.5, 0.5}, {0, change, change, 0}};
  model.errors = segmentation::independent_errors(experiment.noise);
  return model;
}

/// The model that `predict` fits to the experiment.
inline segmentation::ExperimentModel fitted_model(const TwoStateExperiment& experiment,
                                                  const ObservedExperiment& observed,
                                                  const app::SegmentationConfig& config) {
  segmentation::FitOptions options;
  options.errors = segmentation::independent_errors(experiment.noise);
  options.trajectories = static_cast<std::size_t>(config.fitted_trajectories);
  options.seed = config.seed;
  options.experiment = experiment.number;
  return segmentation::fit_experiment(std::span(&observed.fov, 1), options).front().model;
}

inline segmentation::ChoiceRules choice_rules(const app::SegmentationConfig& config) {
  return {config.expected_jaccard, config.error_weight, config.usual_error};
}

/// Change points as `predict` infers them with a model.
inline ChangePoints inferred_changes(const ObservedExperiment& observed, const segmentation::ExperimentModel& model,
                                     const TwoStateExperiment& experiment, const app::SegmentationConfig& config) {
  segmentation::InferenceOptions options;
  options.paths = static_cast<std::size_t>(config.paths);
  options.choice = choice_rules(config);
  options.seed = config.seed;
  options.experiment = experiment.number;
  ChangePoints out;
  for (const auto& trajectory : segmentation::infer_trajectories(observed.fov, model, options).trajectories) {
    out.emplace_back();
    for (std::size_t i = 1; i < trajectory.segments.size(); ++i)
      out.back().push_back(static_cast<std::int64_t>(trajectory.segments[i].begin));
  }
  return out;
}

/// Change points that the independent ideal observer names. \param paths drawn from each trajectory's posterior
inline ChangePoints exact_changes(const ObservedExperiment& observed, const TwoStateExperiment& experiment,
                                  const app::SegmentationConfig& config, std::size_t paths) {
  const CovarianceFactor first(experiment.states[0], experiment.noise, experiment.frames - 1);
  const CovarianceFactor second(experiment.states[1], experiment.noise, experiment.frames - 1);
  ChangePoints out;
  for (const segmentation::Trajectory& t : observed.fov.trajectories) {
    const Steps steps = steps_of(t.x, t.y);
    const TwoStatePosterior posterior({segment_densities(steps, first), segment_densities(steps, second)},
                                      1 / experiment.dwell);
    Random random({experiment.seed, experiment.number, 0, static_cast<std::uint32_t>(out.size()), RandomStream::paths});
    const std::vector<int> found = ideal_change_points(posterior, t.x.size(), paths, choice_rules(config), random);
    out.emplace_back(found.begin(), found.end());
  }
  return out;
}

}  // namespace an::testing
