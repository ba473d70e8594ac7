// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
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

/// By the ratio of K on both sides, with those to and from rest apart.
std::vector<DetectionClass> detection_by_k(const ReportedRows& rows);
/// By the difference of alpha on both sides, where both move.
std::vector<DetectionClass> detection_by_alpha(const ReportedRows& rows);
/// By the length of the shorter one of the two segments, frames.
std::vector<DetectionClass> detection_by_length(const ReportedRows& rows);

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

/// \param details of the same submission and track
Calibration calibrate(const ReportedRows& rows, const std::map<TrajectoryName, std::vector<SegmentDetails>>& details);

/// Mean difference of observed and given probabilities, over all cases; NaN without any.
double calibration_error(const std::vector<report::ReliabilityBin>& bins);

}  // namespace an::app
