// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/labels.hpp"

namespace an::evaluation {

/// Rows by ascending index, NaN last, equal indices in the order the official scorer leaves them in (numpy's introsort
/// of objects: stable up to 16 rows only).
std::vector<std::size_t> order_by_index(const LabelTable& table);

/// Where a row stands: which field of view and which row of its label table.
struct RowPlace {
  std::size_t fov;
  std::size_t row;
  bool operator==(const RowPlace&) const = default;
};

/// A true trajectory that is scored, and the rows its labels and its prediction are taken from.
struct AlignedTrajectory {
  RowPlace place;                      ///< the reference row it stands for
  std::optional<RowPlace> truth;       ///< the first reference row of the same running index (none if the index is NaN)
  std::optional<RowPlace> prediction;  ///< the first submitted row of the same running index
};

/// The indices of a field of view in sorted order, with the row each came from.
struct FovIndices {
  std::vector<double> truth, prediction;
  std::vector<std::size_t> truth_rows, prediction_rows;
};

/// Collects a label table's indices in order.
void collect_indices(const LabelTable& table, std::vector<double>& indices, std::vector<std::size_t>& rows);

/// Joins the fields of view of an experiment by running indices as the official scorer does it: each side's indices are
/// shifted by that side's own last index so far plus one, so that a lost or added last trajectory misaligns everything
/// after it; while either side has no row yet, all before is forgotten. \returns the trajectories scored, in order;
/// fields of view that were forgotten are not among them
std::vector<AlignedTrajectory> align_officially(std::span<const FovIndices> fovs);

/// True if joining these fields of view by running indices pairs the same rows as matching each on its own.
///
/// Sufficient: all indices are different whole numbers from 0 on, and in every field of view but the last one both
/// sides have rows and end with the same index.
bool aligned_by_fov(const FovIndices& fov, bool last_fov);

}  // namespace an::evaluation
