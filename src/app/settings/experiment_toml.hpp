// SPDX-License-Identifier: MIT
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "simulation/experiment.hpp"

namespace an::app {

/// Something wrong at a place of a configuration file.
struct ConfigProblem {
  toml::source_position place;
  std::string what;
};

/// Reads the `[[experiment]]` tables of a configuration into `experiments`.
/// \param fov_side as of simulation::problems_of \param problems gets unknown keys (with the nearest known one), wrong
/// types, keys that belong to other models and what simulation::problems_of finds, each at its key
void read_experiments(const toml::node& node, double fov_side, std::vector<simulation::ExperimentSpec>& experiments,
                      std::vector<ConfigProblem>& problems);

}  // namespace an::app
