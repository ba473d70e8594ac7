// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace an {

/// A row of the cost matrix and the column it is assigned to.
struct AssignedPair {
  std::size_t row;
  std::size_t column;
  bool operator==(const AssignedPair&) const = default;
};

/// Rectangular linear assignment (minimum total cost), with ties broken as scipy's `linear_sum_assignment` breaks them.
///
/// Shortest augmenting paths (Crouse, IEEE Trans. Aerosp. Electron. Syst. 52, 2016). The object keeps its scratch
/// memory, so that one solver can serve the many small problems of a field of view.
class AssignmentSolver {
 public:
  /// Assigns min(rows, columns) pairs, listed by ascending row.
  /// \param costs row-major, rows x columns, finite. \pre costs.size() == rows * columns
  std::span<const AssignedPair> solve(std::span<const double> costs, std::size_t rows, std::size_t columns);

 private:
  void add_row(std::span<const double> costs, std::size_t start, std::size_t columns);

  std::vector<double> row_potential_, column_potential_, distance_, transposed_;
  std::vector<std::size_t> column_of_row_, row_of_column_, previous_, pool_;
  std::vector<char> row_visited_, column_visited_;
  std::vector<AssignedPair> matches_;
};

}  // namespace an
