// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace an::evaluation {

/// Sum of a sequence given piece by piece, rounded exactly as numpy rounds `np.sum` of the whole contiguous array.
///
/// numpy's pairwise summation: up to 128 terms in eight interleaved accumulators, more terms split at half the length
/// rounded down to a multiple of 8. The total length must be known beforehand; memory does not grow with it.
class PairwiseSum {
 public:
  explicit PairwiseSum(std::size_t length);
  /// Adds the next terms. \pre at most `length` terms are added in all
  void add(std::span<const double> terms);
  void add(double term) { add(std::span(&term, 1)); }
  /// \pre all `length` terms were added
  double result() const;

 private:
  void descend();
  void finish_leaf();

  struct Node {
    std::size_t length;
    bool has_left;
    double left;
  };
  static constexpr std::size_t leaf_length = 128;

  std::vector<Node> path_;  ///< the inner nodes above the present leaf
  std::array<double, leaf_length> leaf_{};
  std::size_t leaf_size_ = 0;
  std::size_t leaf_target_ = 0;
  bool done_ = false;
  double total_ = 0;
};

/// numpy's `np.sum` of a contiguous array.
double pairwise_sum(std::span<const double> terms);

}  // namespace an::evaluation
