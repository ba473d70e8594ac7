// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/labels.hpp"
#include "segmentation/change_point_choice.hpp"
#include "segmentation/experiment_model.hpp"
#include "segmentation/method_part.hpp"
#include "segmentation/population_sums.hpp"

namespace an::segmentation {

/// Frames; longer trajectories are inferred in pieces.
inline constexpr std::size_t longest_piece = 1024;

/// What something else than the likelihood, a network, says of every frame of a trajectory.
struct FrameBeliefs {
  std::vector<double> alpha;
  std::vector<double> log_k;                 ///< ln K, K in px²/frame^alpha
  std::vector<std::array<double, 4>> state;  ///< probability of each DiffusiveState
  std::vector<double> change;                ///< probability that a segment begins here
};

/// How much beliefs count beside the likelihood, from 0 to 1: of what two say of a number, of a state, and of where
/// change points may be.
struct BeliefShares {
  double value = 0, state = 0.3, change = 1;
  bool doubted = false;  ///< the likelihood's model is: it is not more believed where it is sure
  bool walls = false;    ///< in compartments alpha and K are the beliefs': the likelihood knows of no walls

  bool are_nothing() const { return value == 0 && state == 0 && change == 0 && !walls; }
};

struct InferenceOptions {
  std::size_t paths = 256;  ///< drawn from each trajectory's posterior
  ChoiceRules choice;
  std::uint64_t seed = 1;
  std::uint32_t experiment = 0, fov = 0;           ///< name the random numbers
  std::optional<std::vector<std::size_t>> wanted;  ///< places of the trajectories to infer; or all
  MethodPart left_out = MethodPart::none;
  std::span<const FrameBeliefs> beliefs;  ///< of the wanted trajectories, at their places of all; or none
  BeliefShares shares;
};

/// The trajectories to infer, of so many: the wanted ones, or all.
std::vector<std::size_t> wanted_places(const std::optional<std::vector<std::size_t>>& wanted, std::size_t trajectories);

/// An estimate and its interval: of the likelihood the one that holds the truth with a probability of 90 %, of a
/// network's frames from their 5 % to their 95 % quantile.
struct Estimate {
  double value, low, high;
};

/// A segment as it is submitted, and how sure it is.
struct InferredSegment {
  std::size_t begin;  ///< first frame, from the trajectory's own start
  Estimate alpha;     ///< posterior median
  Estimate k;         ///< exp(posterior mean of ln(1 + K)) - 1, px²/frame^alpha
  DiffusiveState state;
  double state_probability;
  double change_probability;  ///< of a change point within 3 frames of `begin`; 1 for the first segment
};

struct InferredTrajectory {
  std::int64_t index = 0;
  std::size_t frames = 0;
  std::vector<InferredSegment> segments;  ///< at least one

  /// The frame after the last of segment `i`.
  std::size_t end(std::size_t i) const { return i + 1 < segments.size() ? segments[i + 1].begin : frames; }
};

struct InferredFov {
  std::vector<InferredTrajectory> trajectories;  ///< the wanted ones
  PopulationSums populations;                    ///< of all its particles
};

/// Infers all trajectories of a field of view with the experiment's model. A trajectory of one point gets the
/// experiment's commonest state; one longer than `longest_piece` is inferred in pieces.
InferredFov infer_trajectories(const FieldOfView& fov, const ExperimentModel& model, const InferenceOptions& options);

}  // namespace an::segmentation
