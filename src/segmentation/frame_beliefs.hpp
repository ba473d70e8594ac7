// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/label_filter.hpp"
#include "core/random.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {

/// Frames of the shortest segment that is chosen, as the challenge's label filter leaves them.
inline constexpr int shortest_segment = LabelFilter{}.shortest_segment;

/// What is said of frames [begin, end).
FrameBeliefs part_of(const FrameBeliefs& beliefs, std::size_t begin, std::size_t end);

/// Sets of change points that have, frame by frame, about the given probabilities. Frames that belong together (a
/// change point whose place is unsure) give as many changes as their probabilities come to; frames apart are
/// independent. \param change probability that a segment begins at a frame \param draws equally probable sets that are
/// made \param shortest frames between two changes
std::vector<PossibleChanges> possible_changes(std::span<const double> change, std::size_t draws, int shortest,
                                              Random& random);

/// A value of frames and what all but a twentieth of them on either side lies between, the value included.
Estimate estimate_of(std::vector<double> values, double middle);

/// The segments that chosen change points leave, each with the probability of a change within 3 frames of its first.
/// \param change probability of a change at each frame \param describe makes the segment of frames [begin, end)
InferredTrajectory segments_between(std::int64_t index, const std::vector<int>& chosen, std::span<const double> change,
                                    const std::function<InferredSegment(std::size_t, std::size_t)>& describe);

/// Segments of a trajectory from what is said of its frames alone. \pre as many frames in all of the beliefs
InferredTrajectory infer_from_frames(std::int64_t index, const FrameBeliefs& beliefs, const InferenceOptions& options,
                                     Random& random);

/// alpha, K and state of frames [begin, end): means over the frames, those next to a change left out where there are
/// others. The intervals are the spread over the frames.
InferredSegment describe_frames(const FrameBeliefs& beliefs, std::size_t begin, std::size_t end);

/// How well a model's states agree with what is believed of the same frames.
struct Agreement {
  double frames = 0;
  double hidden = 0;        ///< frames of motion far below the noise, which only many together show, believed to be
                            ///< in another state: left out
  double disagreement = 0;  ///< share of frames whose likeliest states differ
  double uncertainty = 0;   ///< share of frames whose likeliest state the beliefs expect to be wrong
  double confined = 0;      ///< frames in compartments that are believed to be so
  double slowed = 0;        ///< by how much the beliefs' alpha is greater there, where motion is far above the noise

  /// \param inferred of trajectories with these beliefs, without them
  /// \param noise of localisation, px
  void add(const InferredTrajectory& inferred, const FrameBeliefs& beliefs, double noise);
  /// Whether the states differ more than the beliefs' own uncertainty explains: the model is then likely not the
  /// experiment's. Not from a small part of the frames, where the rest is hidden.
  bool model_is_doubtful() const { return 4 * frames > hidden && disagreement > 2 * uncertainty + 0.05; }
  /// Whether walls of compartments turn particles back: alpha and K without them then are smaller than those of the
  /// motion between.
  bool walls_are_felt() const { return slowed > 0.2; }
  /// Whether the model of this agreement is the right one where that of `other` is doubtful: it is not, by far, and
  /// hides nothing.
  bool settles(const Agreement& other) const {
    return !model_is_doubtful() && 3 * disagreement < other.disagreement && hidden <= other.hidden;
  }
};

/// What beliefs count for in an experiment: nothing of states and change points where the likelihood of the model is
/// exact (chains of states, traps), as `usual` where it is approximated (partners, compartments), of which change
/// points a part, and much where the model is doubtful. Values count as `usual` in all that are not doubtful, but for
/// those in compartments whose walls are felt: they are the beliefs'.
BeliefShares shares_for(const ExperimentModel& model, const Agreement& agreement, const BeliefShares& usual);

}  // namespace an::segmentation
