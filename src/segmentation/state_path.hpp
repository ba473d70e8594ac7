// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "segmentation/segment_evidence.hpp"

namespace an::segmentation {

/// How the state changes from one displacement to the next. A change to the same state begins a segment with
/// parameters of its own.
struct StateDynamics {
  std::vector<double> start;   ///< [state] probability at the first displacement
  std::vector<double> change;  ///< [state][next] probability a displacement that a segment ends and `next` begins

  std::size_t states() const { return start.size(); }
  double& change_of(std::size_t state, std::size_t next) { return change[state * states() + next]; }
  double change_of(std::size_t state, std::size_t next) const { return change[state * states() + next]; }
  double ends(std::size_t state) const;  ///< sum over next
};

/// A stretch of displacements in one state.
struct PathSegment {
  std::uint32_t begin, end;  ///< displacements [begin, end)
  std::uint32_t state;

  auto operator<=>(const PathSegment&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees one
};
using StatePath = std::vector<PathSegment>;

/// The posterior of the paths of states that a trajectory can have taken: forward sums over all segmentations, exact.
/// Segments have parameters of their own here; PathSamples makes those of one state share them.
class PathPosterior {
 public:
  /// A reference to the evidence is kept.
  PathPosterior(const SegmentEvidence& evidence, StateDynamics dynamics);

  /// ln probability density of the displacements, but for the evidence's offset.
  double log_evidence() const { return log_evidence_; }
  /// Draws a path from the posterior.
  StatePath draw(Random& random) const;

 private:
  const SegmentEvidence& evidence_;
  StateDynamics dynamics_;
  std::vector<double> log_change_;  // [state][next]
  std::vector<float> stay_;         // [state] ln probability of going on
  std::vector<float> begins_;  // [state][i] ln probability that a segment begins at i, and all displacements before it
  std::vector<double> ends_;   // [state][j] the same for one that ends at j
  std::vector<double> ways_;   // [i][next][state] probability of the state before i where `next` begins, or after all
  double log_evidence_ = 0;
};

}  // namespace an::segmentation
