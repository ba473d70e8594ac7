// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "segmentation/experiment_model.hpp"
#include "segmentation/state_path.hpp"

namespace an::segmentation {

/// States of a trajectory's frames as the challenge would label them, were a path of its displacements the true one:
/// strays belong to the segment before them, hops are free. \param smoothed whether the label filter has been over
/// them \pre frames > 1
std::vector<std::uint32_t> frame_states(const StatePath& path, std::size_t frames, const ExperimentModel& model,
                                        bool smoothed);

}  // namespace an::segmentation
