// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace an {

/// Assigns rows to columns at the least total cost where only some pairs are possible and every row may stay alone at a
/// price of its own; columns stay alone for nothing.
///
/// Shortest augmenting paths over the possible pairs (Jonker and Volgenant, Computing 38, 1987), so that the time grows
/// with the neighbourhoods, not with the square of the whole. Equal input gives equal output.
class SparseAssignment {
 public:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  /// Begins a problem. \param columns how many there are
  void begin(std::size_t columns);
  /// Begins the next row. \param alone what it costs to leave the row without a column; finite
  void add_row(double alone);
  /// Lets the last row take a column. \param cost finite, may be negative
  void add_pair(std::size_t column, double cost) { pairs_.push_back({column, cost}); }
  /// \returns the column of each row, or `none`; valid until the next problem
  std::span<const std::size_t> solve();

 private:
  struct Pair {
    std::size_t column;
    double cost;
  };
  void assign(std::size_t row);
  std::span<const Pair> pairs_of(std::size_t row) const;

  std::vector<Pair> pairs_;
  std::vector<std::size_t> first_pair_;
  std::vector<double> alone_, row_potential_, column_potential_, distance_;
  std::vector<std::size_t> column_of_row_, row_of_column_, previous_, seen_;
  std::vector<char> done_;
  std::vector<std::pair<double, std::size_t>> heap_;
};

}  // namespace an
