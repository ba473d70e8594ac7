// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/labels.hpp"
#include "simulation/experiment.hpp"

namespace an::app {

/// Trajectories as the challenge's CSV files hold them, in the order of their indices. \param labels with the columns
/// `alpha,D,state`, as references have them \param whole_indices `0` instead of `0.0`, as in data sets with videos
std::string trajectory_text(const simulation::FieldOfView& fov, bool labels, bool whole_indices);

/// Labels of a field of view: `idx,K_1,alpha_1,state_1,CP_1,…,length` a line.
std::string label_text(const simulation::FieldOfView& fov);

/// Ensemble labels of a field of view: the parameters of the experiment's states, and frames as weights.
EnsembleLabels ensemble_of(const simulation::ModelParameters& experiment, const simulation::FieldOfView& fov);

}  // namespace an::app
