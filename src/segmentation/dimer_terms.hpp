// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "segmentation/experiment_model.hpp"
#include "segmentation/neighbourhood.hpp"
#include "segmentation/segment_evidence.hpp"

namespace an::segmentation {

inline constexpr double widest_dimer = 3.2;  ///< px; the greatest distance of partners that is looked for

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
