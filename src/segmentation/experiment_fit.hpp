// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "segmentation/experiment_model.hpp"
#include "segmentation/frame_beliefs.hpp"
#include "segmentation/method_part.hpp"

namespace an::segmentation {

struct FitOptions {
  LocalisationErrors errors = independent_errors(0.12);
  double least_noise = 1, most_noise = 1;  ///< the noise is looked for between these multiples of errors.noise
  std::size_t trajectories = 200;          ///< at most so many are fitted, spread over the fields of view
  std::uint64_t seed = 1;
  std::uint32_t experiment = 0;  ///< names its random numbers
  MethodPart left_out = MethodPart::none;
  /// How well a model agrees with something else than the likelihood; empty: there is nothing else.
  std::function<Agreement(const ExperimentModel&)> agreement_with;
};

/// A model and what speaks for it.
struct FittedModel {
  ExperimentModel model;
  double log_evidence = 0;      ///< of the fitted trajectories
  double penalty = 0;           ///< in proportion to the number of parameters and ln of the number of trajectories
  double log_start = 0;         ///< of the experiment's first frame, see state_fit.hpp
  std::vector<double> at_zero;  ///< [state] fitted particles in it in that frame
  std::vector<double> wide;     ///< [state] share of its segments that are wider than any compartment
  double gain_of_others = 0;    ///< of ln evidence, where any track may be one of several particles
  double score() const { return log_evidence - penalty + log_start; }
};

/// All models that were weighed, the best first.
using ExperimentFit = std::vector<FittedModel>;

/// Fits the states of an experiment to its trajectories: segments under a general prior, states as their clusters,
/// then expectation and maximisation of the states' populations and dynamics with paths drawn from the posterior.
/// \throws std::invalid_argument where there is no trajectory with a displacement
ExperimentFit fit_experiment(std::span<const FieldOfView> fovs, const FitOptions& options);

}  // namespace an::segmentation
