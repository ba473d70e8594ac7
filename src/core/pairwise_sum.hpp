// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace an {

/// Sum of a sequence given piece by piece, rounded exactly as numpy 1.26 rounds `np.sum` of the whole contiguous array.
///
/// numpy takes 8192 terms at a time. It splits these at half their number, rounded down to a multiple of 8, until 128
/// or fewer are left, which it adds in eight interleaved accumulators; the sums of the pieces of 8192 are added one
/// after another.
class PairwiseSum {
 public:
  static constexpr std::size_t piece_size = 8192;  ///< terms that numpy adds at a time

  void add(std::span<const double> terms);
  void add(double term) { add(std::span(&term, 1)); }
  /// The sum so far.
  double result() const;

 private:
  std::array<double, piece_size> piece_;  // filled before it is read
  std::size_t filled_ = 0;
  double sum_ = 0;  ///< of the full pieces
};

/// numpy's `np.sum` of a contiguous array.
double pairwise_sum(std::span<const double> terms);

}  // namespace an
