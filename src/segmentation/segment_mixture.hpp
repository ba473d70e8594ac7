// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "segmentation/experiment_model.hpp"
#include "segmentation/state_population.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {

/// What is said of a segment: a mixture over the states it may be in.
class SegmentMixture {
 public:
  explicit SegmentMixture(const ExperimentModel& model) : model_(model) {}

  /// \param grid the state's population \param posterior of its cells \param share of the state
  void add(std::size_t state, const PopulationGrid& grid, std::span<const double> posterior, double share);
  /// alpha: median; K: exp(E ln(1 + K)) - 1; their 90 % intervals; the likeliest state. It begins at 0 for sure.
  /// \pre something was added
  InferredSegment segment() const;
  /// Gives a segment the intervals of this mixture, wide enough to hold its values.
  void widen(InferredSegment& segment) const;

 private:
  const ExperimentModel& model_;
  PiecewiseNormal alpha_, k_;
  std::array<double, 4> states_{};  // by DiffusiveState
  double log_k_ = 0;                // sum of ln(1 + K)
  double total_ = 0;
};

}  // namespace an::segmentation
