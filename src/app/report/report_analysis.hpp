// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "app/report/report_rows.hpp"
#include "report/figures.hpp"

namespace an::app {

/// True change points of one kind: how many were found, and how exactly.
struct DetectionClass {
  std::string label;
  std::int64_t count = 0, found = 0;
  double sum_squares = 0;  ///< of the distances of those found, frames²
};

/// Counts true change points by kind.
class Detection {
 public:
  Detection();
  void add(const ReportedChangePoint& point);

  /// By the ratio of K on both sides, with those to and from rest apart.
  const std::vector<DetectionClass>& by_k() const { return by_k_; }
  /// By the difference of alpha on both sides, where both move.
  const std::vector<DetectionClass>& by_alpha() const { return by_alpha_; }
  /// By the length of the shorter one of the two segments, frames.
  const std::vector<DetectionClass>& by_length() const { return by_length_; }

 private:
  std::vector<DetectionClass> by_k_, by_alpha_, by_length_;
};

/// How many of an experiment's paired segments have their truth in the 90 % interval.
struct Coverage {
  std::int64_t segments = 0, alpha_held = 0, k_held = 0;
};

/// Whether intervals and probabilities say what they mean.
struct Calibration {
  std::map<int, Coverage> coverage;           ///< by experiment
  std::vector<report::ReliabilityBin> state;  ///< of paired segments: it has the true state
  /// Of predicted change points: a true one matches within 3 frames.
  std::vector<report::ReliabilityBin> change_point;
};

/// Counts them. \param details of the trajectory; nothing is counted where they lack the segment or change point
class Calibrator {
 public:
  Calibrator();
  void add(const ReportedPair& pair, std::span<const SegmentDetails> details);
  void add(const ReportedChangePoint& point, std::span<const SegmentDetails> details);
  Calibration result() const;

 private:
  Calibration sums_;  // with the sums of probabilities
};

/// What the rows of one submission and track come to.
struct RowAnalysis {
  report::HeatMap alpha{{"alpha", 0, 2, false}};  ///< of paired segments
  report::HeatMap k{{"K [px²/frame^alpha]", 1e-3, 100, true}};
  report::StateCounts states{};
  evaluation::ChangePointErrors errors{};
  Detection detection;
  Calibration calibration;
  bool has_details = false;  ///< without them nothing is known of intervals and probabilities
};

/// \pre result.rows is there \throws InputError as for_each_pair and DetailsReader
RowAnalysis analyse_rows(const ReportedResult& result, int track);

/// Mean difference of observed and given probabilities, over all cases; NaN without any.
double calibration_error(const std::vector<report::ReliabilityBin>& bins);

}  // namespace an::app
