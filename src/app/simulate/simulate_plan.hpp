// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/settings/config.hpp"
#include "simulation/experiment.hpp"

namespace an::app {

/// One experiment of a data set.
struct PlannedSimulation {
  std::uint32_t number;
  std::size_t spec;  ///< index into Config::experiments
  simulation::ModelParameters parameters;
};

/// A data set that is to be made: every field of view has a place in it that does not depend on who makes it.
struct SimulatePlan {
  SimulateConfig config;
  simulation::VideoParameters video;
  std::vector<PlannedSimulation> experiments;
  bool raw = false;        ///< the whole boxes as well
  bool as_shards = false;  ///< HDF5 instead of text
  std::size_t fovs() const { return experiments.size() * static_cast<std::size_t>(config.fovs); }
  const PlannedSimulation& experiment_of(std::size_t item) const {
    return experiments[item / static_cast<std::size_t>(config.fovs)];
  }
  std::uint32_t fov_of(std::size_t item) const {
    return static_cast<std::uint32_t>(item % static_cast<std::size_t>(config.fovs));
  }
  std::size_t shards() const {
    const auto size = static_cast<std::size_t>(config.shard_fovs);
    return (fovs() + size - 1) / size;
  }
};

/// Draws the parameters of all experiments, or of those with a number in `only`, where that is not empty.
/// \throws ConfigError when there is no experiment, or no such number
SimulatePlan make_simulate_plan(const Config& config, const std::vector<std::uint32_t>& only, bool raw);

/// Relative cost of a field of view.
double expected_cost(const simulation::ModelParameters& parameters, bool video);

/// What messages call a field of view of the plan.
std::string name_of(const SimulatePlan& plan, std::size_t item);

/// Makes one field of view of the plan. \throws Error with its name
simulation::SimulatedFov simulate_item(const SimulatePlan& plan, std::size_t item);

}  // namespace an::app
