// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "segmentation/state_population.hpp"

namespace an::segmentation {

/// What a segment says of its alpha and K.
struct SegmentEstimate {
  double weight;  ///< displacements
  double alpha, log_k;
  double alpha_variance, log_k_variance;
  std::vector<double> posterior;  ///< over the cells; sums to 1
};

/// \param log_likelihoods relative, a cell each; cells of K = 0 count as K = 1e-4
SegmentEstimate estimate_segment(std::span<const Cell> cells, std::span<const float> log_likelihoods, double weight);

/// First guess of an experiment's states: weighted k-means of the segments in (alpha, ln K), slowest first.
std::vector<StatePopulation> cluster_segments(std::span<const SegmentEstimate> segments, std::size_t states);

}  // namespace an::segmentation
