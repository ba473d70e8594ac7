// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/labels.hpp"
#include "evaluation/challenge_score.hpp"
#include "evaluation/truncated_normal.hpp"

namespace an::evaluation {

/// The ensemble metrics of an experiment, or why there are none.
struct EnsembleOutcome {
  std::optional<EnsembleScores> scores;
  std::string failure;
  bool of_truth = false;  ///< whether it is the truth that cannot be scored with
};

/// The two distributions of an experiment's labels.
enum class Quantity { alpha, k };

/// The modes of a quantity; weights are divided by their sum if that is above 1.
std::vector<Mode> modes_of(const EnsembleLabels& labels, Quantity quantity);

/// The ensemble task by the official rules: densities on grids of 10⁶ points (alpha evenly, K evenly in its logarithm)
/// taken as masses of the points, whatever their spacing, and the Wasserstein-1 distance of these.
///
/// Keeps its grids and the truth's distributions, so that several submissions can be scored against one truth.
class OfficialEnsembleScorer {
 public:
  explicit OfficialEnsembleScorer(std::size_t grid_size = 1'000'000);

  /// Sets the truth that score() compares with; any failure of it is reported by score().
  void set_truth(const EnsembleLabels& truth);
  EnsembleOutcome score(const EnsembleLabels& prediction);
  /// Why score() would give no scores for a prediction, whatever the truth; empty where it would.
  std::string failure_of(const EnsembleLabels& prediction);

  struct Curve {
    std::vector<double> cumulative;  ///< sums of the masses up to each point of the grid
    std::string failure;             ///< why there is no such curve
  };
  using Curves = std::array<Curve, 2>;  ///< of alpha and K
  /// The distributions of labels. \param owner whose they are, for the words of a failure
  void compute(const EnsembleLabels& labels, const char* owner, Curves& curves) const;
  /// The points that a quantity's distributions are taken at.
  std::span<const double> grid(Quantity quantity) const { return grids_[static_cast<std::size_t>(quantity)]; }

 private:
  std::array<std::vector<double>, 2> grids_;
  Curves truth_;
  Curves prediction_;
};

/// The ensemble task as the challenge's paper defines it: the integral of the distance between the cumulative
/// distributions, of alpha over [0, 2] and of K over [1e-12, 1e6], computed to nearly full precision.
EnsembleOutcome paper_ensemble_distance(const EnsembleLabels& truth, const EnsembleLabels& prediction);

}  // namespace an::evaluation
