// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "simulation/experiment.hpp"

namespace an::simulation {

/// What is wrong with a value of an experiment.
struct SpecProblem {
  std::string key;   ///< as configurations call it: alpha, k, transition, …
  std::string what;  ///< what was found and what was expected
};

/// Everything that makes an experiment impossible: values out of range, wrong numbers of states, rows of `transition`
/// that do not sum to 1, a box too small.
/// \param fov_side that the box has to hold, px; 0 where the field of view may lie outside of it
std::vector<SpecProblem> problems_of(const ExperimentSpec& spec, double fov_side);

}  // namespace an::simulation
