// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "segmentation/experiment_model.hpp"
#include "segmentation/segment_evidence.hpp"

namespace an::segmentation {

inline constexpr double widest_dimer = 3.2;  ///< px; the greatest distance of partners that is looked for

/// Another particle that was near for some displacements.
struct Neighbour {
  std::size_t trajectory;
  std::size_t begin, end;        ///< displacements [begin, end) of the trajectory itself
  std::size_t shift;             ///< displacement `begin` is the neighbour's displacement `shift`
  std::vector<float> distances;  ///< px, at the begin of each displacement
};

/// Who was near to whom in a field of view.
class Neighbourhood {
 public:
  /// \param range px
  Neighbourhood(const FieldOfView& fov, double range);

  const std::vector<Neighbour>& of(std::size_t trajectory) const { return neighbours_[trajectory]; }
  /// Distance of the nearest neighbour at the begin of each displacement; beyond the range it is infinite.
  std::vector<float> nearest(std::size_t trajectory) const;
  /// Trajectory of the nearest neighbour at the begin of each displacement; none in range: their number.
  std::vector<std::size_t> partners(std::size_t trajectory) const;
  /// Whether a partner of this particle may be outside the field of view, for each displacement.
  std::vector<bool> at_border(std::size_t trajectory, double range) const;

 private:
  const FieldOfView& fov_;
  Extent extent_;
  std::vector<std::vector<Neighbour>> neighbours_;
};

/// What the state of bound pairs is told by, and terms of ln evidence, a displacement each.
struct DimerTerms {
  StateDisplacements middle;  ///< of the state of bound pairs: between the partners, or without one the particle's own
  std::vector<float> own;     ///< in that state: the particle's own likelihood in place of its middle's
  std::vector<float> bound;   ///< in that state: what the partner adds
  std::vector<float> free;    ///< in the other
  std::vector<float> binds;   ///< of a bound segment that begins there
  std::vector<std::vector<float>> since;  ///< of a bound segment that begins there, what the partner adds more
};

/// What neighbours say of a particle's being bound. A bound pair keeps its distance, so its middle moves with (alpha,
/// K) of dimers and noise / sqrt 2, its difference only by its errors. `bound` is ln of the likelihood ratio of the
/// neighbour's displacement, if they move as one, to that if the neighbour is free, both with the usual (alpha, K);
/// `own` makes of the likelihood of the middle that of the particle's own displacement, with the same. Without a
/// neighbour a particle is hardly bound. `free` and `binds` hold the probability of binding at the neighbour's
/// distance, where the dynamics have a constant one. \pre model.dimer
DimerTerms dimer_terms(const FieldOfView& fov, const Neighbourhood& neighbourhood, std::size_t trajectory,
                       const ExperimentModel& model);

/// Those of displacements [begin, end).
DimerTerms part_of(const DimerTerms& terms, std::size_t begin, std::size_t end);

/// Computes the evidence of a trajectory with its terms. \pre as many terms as displacements
void compute_evidence(SegmentEvidence& evidence, const Displacements& displacements, const CellTable& cells,
                      const DimerTerms& terms);

}  // namespace an::segmentation
