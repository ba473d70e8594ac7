// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "segmentation/cell_table.hpp"

namespace an::segmentation {

/// Displacements of one trajectory in px a frame; those next to a frame without position are not known.
struct Displacements {
  std::vector<float> x, y;
  std::vector<std::uint8_t> known;

  std::size_t size() const { return x.size(); }
};

/// What one state's likelihood is that of.
struct StateDisplacements {
  std::size_t state;
  Displacements displacements;
};

/// Displacements of positions; NaN where there is no position. Over gaps they are interpolated, and marked.
Displacements displacements_of(std::span<const double> x, std::span<const double> y);
/// Whether any displacement is known.
bool has_displacement(std::span<const double> x, std::span<const double> y);

/// Evidence of every segment of a trajectory, for every state: ln of the probability density of its displacements.
/// Keeps its memory from one trajectory to the next.
class SegmentEvidence {
 public:
  /// Computes it all. References to `cells` are kept until the next call.
  /// \param of_state a state that is told by other displacements, as many, and these
  void compute(const Displacements& displacements, const CellTable& cells,
               const std::optional<StateDisplacements>& of_state = {});

  std::size_t displacements() const { return count_; }
  std::size_t states() const { return cells_->states(); }
  /// Of the segments of displacements i … j in a state, for every i <= j; relative to offset(). Kernels may
  /// read `cell_lanes` numbers more.
  std::span<const float> ending_at(std::size_t state, std::size_t j) const {
    return std::span(evidence_).subspan((state * count_ + j) * count_, j + 1);
  }
  /// Adds to the evidence of every segment of a state the sum of its displacements' terms.
  void add_terms(std::size_t state, std::span<const float> terms);
  /// Adds to the evidence of every segment but the first the term of its first displacement.
  void add_entry_terms(std::size_t state, std::span<const float> terms);
  /// Adds to the evidence of every segment that begins at displacement `i` the sum of the terms of its displacements,
  /// of which the first few have any.
  void add_terms_since(std::size_t state, std::size_t i, std::span<const float> terms);
  /// What the evidence of a path of segments lacks, whatever the path.
  double offset() const;
  /// Relative ln likelihood of a segment, displacements i to j, in each cell of the state.
  /// \param logarithms as many as the state's cells
  void cell_likelihoods(std::size_t state, std::size_t i, std::size_t j, std::span<float> logarithms) const;

 private:
  void forget_before_gaps(const Displacements& displacements, const std::pair<std::size_t, std::size_t>& cells,
                          std::size_t begin, std::size_t end);

  const CellTable* cells_ = nullptr;
  std::size_t count_ = 0;
  std::vector<float> table_, greatest_, offsets_, of_state_, sums_of_state_, scratch_, evidence_;
};

}  // namespace an::segmentation
