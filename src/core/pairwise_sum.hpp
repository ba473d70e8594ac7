// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace an {

struct PairwisePart;

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
  /// Adds the next part of the sequence, which was summed elsewhere. \pre it begins where the terms so far end
  void add(const PairwisePart& part);
  /// The sum so far.
  double result() const;

 private:
  std::array<double, piece_size> piece_;  // filled before it is read
  std::size_t filled_ = 0;
  double sum_ = 0;  ///< of the full pieces
};

/// A part of a sequence, summed where it lies, without the terms before and after it.
struct PairwisePart {
  /// \param first terms of the sequence before this part
  explicit PairwisePart(std::size_t first)
      : head_terms((PairwiseSum::piece_size - first % PairwiseSum::piece_size) % PairwiseSum::piece_size) {}

  void add(std::span<const double> terms);

  std::size_t head_terms;    ///< up to the first whole piece
  std::vector<double> head;  ///< these terms
  std::vector<double> sums;  ///< of whole pieces
  std::vector<double> tail;  ///< terms after the last whole piece
};

/// numpy's `np.sum` of a contiguous array.
double pairwise_sum(std::span<const double> terms);

}  // namespace an
