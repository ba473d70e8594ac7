// SPDX-License-Identifier: MIT
#include "core/sparse_assignment.hpp"

#include <algorithm>
#include <functional>

#include "core/error.hpp"

namespace an {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

void SparseAssignment::begin(std::size_t columns) {
  pairs_.clear();
  first_pair_.clear();
  alone_.clear();
  row_of_column_.assign(columns, none);
  column_potential_.assign(columns, 0);
  distance_.assign(columns, infinity);
  previous_.assign(columns, none);
  done_.assign(columns, 0);
}

void SparseAssignment::add_row(double alone) {
  first_pair_.push_back(pairs_.size());
  alone_.push_back(alone);
}

std::span<const SparseAssignment::Pair> SparseAssignment::pairs_of(std::size_t row) const {
  const std::size_t end = row + 1 < first_pair_.size() ? first_pair_[row + 1] : pairs_.size();
  return std::span(pairs_).subspan(first_pair_[row], end - first_pair_[row]);
}

// Finds the cheapest way to give `start` a column, moving others or leaving one row of them alone.
void SparseAssignment::assign(std::size_t start) {
  constexpr std::greater<> nearest_first;
  heap_.clear();
  seen_.clear();
  double end_distance = infinity;  // of the cheapest row to leave alone
  std::size_t left_alone = none;
  std::size_t end_column = none;
  std::size_t row = start;
  double base = 0;
  while (true) {
    const double alone = base + alone_[row] - row_potential_[row];
    if (alone < end_distance) {
      end_distance = alone;
      left_alone = row;
    }
    for (const Pair& pair : pairs_of(row)) {
      const double distance = base + pair.cost - row_potential_[row] - column_potential_[pair.column];
      if (done_[pair.column] != 0 || distance >= distance_[pair.column]) continue;
      if (distance_[pair.column] == infinity) seen_.push_back(pair.column);
      distance_[pair.column] = distance;
      previous_[pair.column] = row;
      heap_.emplace_back(distance, pair.column);
      std::push_heap(heap_.begin(), heap_.end(), nearest_first);
    }
    while (!heap_.empty() &&
           (done_[heap_.front().second] != 0 || heap_.front().first > distance_[heap_.front().second])) {
      std::pop_heap(heap_.begin(), heap_.end(), nearest_first);
      heap_.pop_back();
    }
    if (heap_.empty() || heap_.front().first >= end_distance) break;
    const std::size_t column = heap_.front().second;
    base = heap_.front().first;
    done_[column] = 1;
    if (row_of_column_[column] == none) {
      end_column = column;
      end_distance = base;
      left_alone = none;
      break;
    }
    row = row_of_column_[column];
  }
  row_potential_[start] += end_distance;
  for (const std::size_t column : seen_) {
    if (done_[column] != 0) {
      const double nearer = end_distance - distance_[column];
      column_potential_[column] -= nearer;
      if (row_of_column_[column] != none) row_potential_[row_of_column_[column]] += nearer;
    }
    distance_[column] = infinity;
    done_[column] = 0;
  }
  // Walks back, each row taking the column it was left for.
  std::size_t column = end_column;
  if (left_alone != none) {
    column = column_of_row_[left_alone];
    column_of_row_[left_alone] = none;
    if (left_alone == start) return;
  }
  while (true) {
    const std::size_t owner = previous_[column];
    row_of_column_[column] = owner;
    std::swap(column_of_row_[owner], column);
    if (owner == start) return;
  }
}

std::span<const std::size_t> SparseAssignment::solve() {
  column_of_row_.assign(alone_.size(), none);
  row_potential_.assign(alone_.size(), 0);
  for (std::size_t row = 0; row < alone_.size(); ++row) assign(row);
  return column_of_row_;
}

}  // namespace an
