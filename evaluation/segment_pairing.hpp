// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/assignment.hpp"
#include "evaluation/changepoint_metrics.hpp"

namespace an::evaluation {

/// The frames [begin, end) of a segment; empty if begin >= end.
struct FrameRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  std::int64_t length() const { return end > begin ? end - begin : 0; }
  bool operator==(const FrameRange&) const = default;
};

/// The frame sets the official scorer makes of change points `cps` (without the length) in a trajectory of `length`
/// frames.
///
/// There are cps.size() + 1 of them. Frame `cp` falls into the *earlier* segment, and out-of-order, negative or too
/// large change points give empty or wrapped ranges as Python's slices do. \pre length > 0
void official_segments(std::span<const std::int64_t> cps, std::int64_t length, std::vector<FrameRange>& segments);

/// |A ∩ B| / |A ∪ B| of two segments, 0 if both are empty.
double jaccard(const FrameRange& a, const FrameRange& b);

/// Pairs the segments of a true and a predicted trajectory by least total 1 - Jaccard.
class SegmentPairing {
 public:
  explicit SegmentPairing(Rules rules) : rules_(rules) {}

  /// \param truth,prediction change points, the last one being the trajectory's length
  /// \returns pairs (true segment, predicted segment) by ascending true segment. The official rules give one pair when
  /// either
  ///   side has no change point. With Rules::paper frame `cp` belongs to the later segment and all pairs are given.
  /// \pre both lists have a last element and it is positive
  std::span<const AssignedPair> pair(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction);

  /// Assignment of all official segments and its costs (row-major): what pair() selects from.
  std::span<const AssignedPair> assign(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction);
  std::span<const double> costs() const { return costs_; }

 private:
  void make_segments(std::span<const std::int64_t> list, std::vector<FrameRange>& segments) const;

  Rules rules_;
  AssignmentSolver solver_;
  std::vector<FrameRange> truth_segments_, prediction_segments_;
  std::vector<double> costs_;
  std::vector<AssignedPair> pairs_;
};

/// A double as numpy's `astype(int)` converts it on x86-64: towards zero; NaN, infinite and too large give the smallest
/// int64.
std::int64_t truncated(double value);

}  // namespace an::evaluation
