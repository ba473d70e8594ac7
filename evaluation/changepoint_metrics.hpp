// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/assignment.hpp"

namespace an::evaluation {

/// How change points are matched and counted.
enum class Rules {
  official,  ///< as the challenge's scoring program does it, its quirks included
  paper      ///< as the challenge's paper defines it
};

/// Counts of matched change points over trajectories; sums of these give an experiment's RMSE and JSC.
struct ChangePointCounts {
  std::int64_t true_positives = 0;
  std::int64_t false_positives = 0;
  std::int64_t false_negatives = 0;
  std::int64_t both_empty = 0;   ///< trajectories with no change point, true or predicted
  std::int64_t sum_squares = 0;  ///< of the true positives' distances, frames²

  ChangePointCounts& operator+=(const ChangePointCounts& other);
  ChangePointCounts& operator-=(const ChangePointCounts& other);
  bool operator==(const ChangePointCounts&) const = default;
};

/// A predicted change point counts if it is nearer than this to the true one, frames.
inline constexpr std::int64_t changepoint_threshold = 10;

/// Matched change points by their signed distance, predicted less true: the middle place is 0 frames.
using ChangePointErrors = std::array<std::int64_t, 2 * changepoint_threshold - 1>;

/// Matches the change points of single trajectories.
class ChangePointMatcher {
 public:
  explicit ChangePointMatcher(Rules rules) : rules_(rules) {}

  /// Pairs of least total distance |g - p|; with Rules::paper of least total min(|g - p|, threshold)
  /// (Muñoz-Gil et al., Nat. Commun. 12, 6253 (2021), and the second challenge's protocol).
  std::span<const AssignedPair> match(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction,
                                      std::int64_t threshold = changepoint_threshold);

  /// Counts one trajectory; the lists hold change points without the trajectory's length. A pair nearer than
  /// `threshold` is a true positive, any other point a false positive or a false negative.
  ChangePointCounts count(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction,
                          std::int64_t threshold = changepoint_threshold);
  /// Of all true positives counted so far.
  const ChangePointErrors& errors() const { return errors_; }
  /// The true positives of the last trajectory counted: places of the true and the predicted change point.
  std::span<const AssignedPair> matched() const { return matched_; }

 private:
  Rules rules_;
  ChangePointErrors errors_{};
  AssignmentSolver solver_;
  std::vector<double> costs_;
  std::vector<AssignedPair> matched_;
};

/// Root of the mean squared distance of the true positives, frames. Without any: 0 (official); with Rules::paper 0 only
/// if there was nothing to find and nothing was predicted, else NaN (undefined).
double rmse_of(const ChangePointCounts& counts, Rules rules);

/// Jaccard similarity coefficient TP / (TP + FP + FN). The official rules count a trajectory without any change point,
/// true or predicted, as one true positive. With nothing to find and nothing predicted: 1.
double jsc_of(const ChangePointCounts& counts, Rules rules);

/// alpha and beta of the change points of one trajectory as the official package's `changepoint_alpha_beta` gives them
/// (distances above 10 count 10; unpaired true points cost nothing). NaN and 0 when there is no true point.
struct AlphaBeta {
  double alpha;
  double beta;
};
AlphaBeta changepoint_alpha_beta(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction);

}  // namespace an::evaluation
