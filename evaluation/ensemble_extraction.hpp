// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/labels.hpp"

namespace an::evaluation {

/// Mean and variance of a quantity in one state.
struct Moments {
  double mean;
  double variance;
};

/// The ensemble labels that the official package writes for a simulated experiment: the model's parameters a state, and
/// how many frames carry each state's label, as weights.
///
/// Its quirks are kept: of multi-state models a state that never occurs weighs 1; of immobile traps the immobile state
/// comes first and directed labels are counted nowhere. \param model single_state, multi_state, immobile_traps,
/// dimerization or confinement \param alpha,k moments of each state (immobile_traps: of the free one only) \param
/// labels the state label of every frame: the state's number, for immobile_traps and confinement the diffusive state
/// \throws ConfigError for another model
EnsembleLabels extract_ensemble(std::string_view model, std::span<const Moments> alpha, std::span<const Moments> k,
                                std::span<const double> labels);

}  // namespace an::evaluation
