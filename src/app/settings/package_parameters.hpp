// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "simulation/experiment.hpp"

namespace an::app {

/// One experiment in the words of the challenge's package.
struct PackageParameters {
  simulation::ExperimentSpec spec;
  std::optional<std::size_t> frames;  ///< T
};

/// Reads an experiment from JSON with the package's names: model, N, T, L (null: no walls), Ds, alphas, dim, M,
/// init_state, gamma_d, epsilon_a, r, Pb, Pu, stokes, Nt, traps_pos, Nc, comp_center, trans, deltaT (1),
/// return_state_num (ignored), and _shared_centres (one disc layout a box). \param file what to call the text in
/// messages \param fov_side as of simulation::problems_of \throws ConfigError `file:line: key: what was expected`
PackageParameters read_package_parameters(std::string_view text, const std::string& file, double fov_side);

}  // namespace an::app
