// SPDX-License-Identifier: MIT
#pragma once

#include "segmentation/experiment_fit.hpp"

namespace an::segmentation {

/// Sorts the states of particles.
void slowest_first(FittedModel& fit);

/// In tracks that stray, a fast last state that is left at once is none of particles. \pre the slowest first
void call_strays_so(ExperimentModel& model);

}  // namespace an::segmentation
