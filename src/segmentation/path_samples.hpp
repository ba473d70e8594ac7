// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "segmentation/state_path.hpp"

namespace an::segmentation {

/// Whom a particle may have been bound to.
struct DimerPartners {
  std::optional<std::size_t> state;  ///< that of bound pairs
  std::vector<std::size_t>
      partner{};  ///< at each displacement: anything that names the nearest neighbour; empty: always the same one
};

/// A draw of (alpha, K) that a trajectory may have had.
struct ParameterDraw {
  double probability;             ///< that it had
  std::vector<double> posterior;  ///< over the cells of the state, given that; sums to 1
};

/// Paths of one trajectory from the posterior in which all segments of a state have the same (alpha, K), drawn once per
/// particle and state. Paths drawn with parameters of their own for each segment are weighted by the ratio of the two
/// evidences. Dimers move with the (alpha, K) that one of the two partners has for them, and each is labelled with its
/// own: segments with the same partner share them, and every draw is with probability one half not the particle's own.
class PathSamples {
 public:
  /// \param shared whether paths are weighted by what their segments share \param count paths drawn
  PathSamples(const SegmentEvidence& evidence, const CellTable& cells, const PathPosterior& posterior, bool shared,
              const DimerPartners& dimers, std::size_t count, Random& random);

  std::size_t size() const { return weights_.size(); }
  const StatePath& path(std::size_t i) const { return paths_[i]; }
  /// Of each path; they sum to 1.
  const std::vector<double>& weights() const { return weights_; }
  /// Posterior over the cells of the particle's own (alpha, K) of a state, given that the trajectory visits it: sums to
  /// 1; empty where no path visits.
  const std::vector<double>& cell_posterior(std::size_t state) const { return cell_posterior_[state]; }
  /// ln of how much likelier the displacements are with shared parameters.
  double log_gain() const { return log_gain_; }
  /// What moved the particle in a state: its own (alpha, K), if it visits it, and of dimers that with each partner.
  const std::vector<ParameterDraw>& draws(std::size_t state) const { return draws_[state]; }

 private:
  void weigh(const std::vector<double>& log_weights, std::size_t count);

  std::vector<StatePath> paths_;
  std::vector<double> weights_;
  std::vector<std::vector<double>> cell_posterior_;
  std::vector<std::vector<ParameterDraw>> draws_;  // [state]
  double log_gain_ = 0;
};

}  // namespace an::segmentation
