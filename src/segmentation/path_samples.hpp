// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "segmentation/state_path.hpp"

namespace an::segmentation {

/// Paths of one trajectory from the posterior in which all segments of a state have the same (alpha, K), drawn once per
/// particle and state. Paths drawn with parameters of their own for each segment are weighted by the ratio of the two
/// evidences.
class PathSamples {
 public:
  /// \param shared whether segments of a state share their parameters in the weights \param count paths drawn
  PathSamples(SegmentEvidence& evidence, const CellTable& cells, const PathPosterior& posterior, bool shared,
              std::size_t count, Random& random);

  std::size_t size() const { return weights_.size(); }
  const StatePath& path(std::size_t i) const { return paths_[i]; }
  /// Of each path; they sum to 1.
  const std::vector<double>& weights() const { return weights_; }
  /// Posterior over the cells of a state, given that the trajectory visits it: sums to 1; empty where no path visits.
  const std::vector<double>& cell_posterior(std::size_t state) const { return cell_posterior_[state]; }
  /// ln of how much likelier the displacements are with shared parameters.
  double log_gain() const { return log_gain_; }
  /// Probability that the trajectory visits a state at all.
  double visits(std::size_t state) const { return visits_[state]; }

 private:
  std::vector<StatePath> paths_;
  std::vector<double> weights_;
  std::vector<std::vector<double>> cell_posterior_;
  std::vector<double> visits_;
  double log_gain_ = 0;
};

}  // namespace an::segmentation
