// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {

/// Sets of change points that have, frame by frame, about the given probabilities. Frames that belong together (a
/// change point whose place is unsure) give as many changes as their probabilities come to; frames apart are
/// independent. \param change probability that a segment begins at a frame \param draws equally probable sets that are
/// made \param shortest frames between two changes
std::vector<PossibleChanges> possible_changes(std::span<const double> change, std::size_t draws, int shortest,
                                              Random& random);

/// Segments of a trajectory from what is said of its frames alone. \pre as many frames in all of the beliefs
InferredTrajectory infer_from_frames(std::int64_t index, const FrameBeliefs& beliefs, const InferenceOptions& options,
                                     Random& random);

/// alpha, K and state of frames [begin, end): means over the frames, those next to a change left out where there are
/// others. The intervals are the spread over the frames.
InferredSegment describe_frames(const FrameBeliefs& beliefs, std::size_t begin, std::size_t end);

}  // namespace an::segmentation
