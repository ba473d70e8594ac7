// SPDX-License-Identifier: MIT
#include "core/assignment.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"

namespace an {

namespace {
constexpr std::size_t unmatched = std::numeric_limits<std::size_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();
}  // namespace

// One augmentation from row `start`. The order in which columns are looked at (the pool runs backwards, a taken column
// is overwritten by the last) and the preference for a free column among equals decide ties: they are the official
// scorer's.
void AssignmentSolver::add_row(std::span<const double> costs, std::size_t start, std::size_t columns) {
  pool_.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) pool_[i] = columns - 1 - i;
  std::fill(distance_.begin(), distance_.end(), infinity);
  std::fill(row_visited_.begin(), row_visited_.end(), char{0});
  std::fill(column_visited_.begin(), column_visited_.end(), char{0});
  double base = 0;
  std::size_t row = start;
  std::size_t sink = unmatched;
  while (sink == unmatched) {
    row_visited_[row] = 1;
    double lowest = infinity;
    std::size_t best = unmatched;
    for (std::size_t slot = 0; slot < pool_.size(); ++slot) {
      const std::size_t j = pool_[slot];
      const double reduced = base + costs[row * columns + j] - row_potential_[row] - column_potential_[j];
      if (reduced < distance_[j]) {
        distance_[j] = reduced;
        previous_[j] = row;
      }
      if (distance_[j] < lowest || (distance_[j] == lowest && row_of_column_[j] == unmatched)) {
        lowest = distance_[j];
        best = slot;
      }
    }
    AN_ASSERT(best != unmatched);
    base = lowest;
    const std::size_t taken = pool_[best];
    if (row_of_column_[taken] == unmatched)
      sink = taken;
    else
      row = row_of_column_[taken];
    column_visited_[taken] = 1;
    pool_[best] = pool_.back();
    pool_.pop_back();
  }
  row_potential_[start] += base;
  for (std::size_t i = 0; i < row_visited_.size(); ++i)
    if (row_visited_[i] && i != start) row_potential_[i] += base - distance_[column_of_row_[i]];
  for (std::size_t j = 0; j < columns; ++j)
    if (column_visited_[j]) column_potential_[j] -= base - distance_[j];
  for (std::size_t column = sink;;) {
    const std::size_t owner = previous_[column];
    row_of_column_[column] = owner;
    std::swap(column_of_row_[owner], column);
    if (owner == start) break;
  }
}

std::span<const AssignedPair> AssignmentSolver::solve(std::span<const double> costs, std::size_t rows,
                                                      std::size_t columns) {
  AN_ASSERT(costs.size() == rows * columns);
  matches_.clear();
  if (rows == 0 || columns == 0) return matches_;
  const bool transpose = columns < rows;
  if (transpose) {
    transposed_.resize(costs.size());
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) transposed_[j * rows + i] = costs[i * columns + j];
    costs = transposed_;
    std::swap(rows, columns);
  }
  row_potential_.assign(rows, 0);
  column_potential_.assign(columns, 0);
  distance_.resize(columns);
  previous_.assign(columns, unmatched);
  column_of_row_.assign(rows, unmatched);
  row_of_column_.assign(columns, unmatched);
  row_visited_.resize(rows);
  column_visited_.resize(columns);
  for (std::size_t row = 0; row < rows; ++row) add_row(costs, row, columns);
  if (transpose) {
    for (std::size_t j = 0; j < columns; ++j)
      if (row_of_column_[j] != unmatched) matches_.push_back({j, row_of_column_[j]});
  } else {
    for (std::size_t i = 0; i < rows; ++i) matches_.push_back({i, column_of_row_[i]});
  }
  return matches_;
}

}  // namespace an
