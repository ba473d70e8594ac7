// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/changepoint_metrics.hpp"

namespace an::evaluation {

/// What can be wrong with a submitted trajectory (or, for the last two, a reference one).
enum class DefectKind : std::int8_t {
  missing,             ///< no line with this index
  no_change_point,     ///< the line has no change point and no length: it counts as missing
  alpha_not_a_number,  ///< penalised
  alpha_out_of_range,  ///< not in [0, 2]: penalised
  k_not_a_number,      ///< penalised
  k_negative,          ///< its size is taken
  k_infinite,          ///< stops the official scorer
  state_invalid,       ///< not in [0, 4], or no number
  length_invalid,      ///< zero, negative or not finite: stops the official scorer
  length_differs,      ///< from the reference's
  reference_length,    ///< the reference line has no usable length: stops every scorer
  reference_k          ///< the reference's K is NaN or infinite: stops every scorer
};

/// A defect of one trajectory.
struct TrajectoryDefect {
  DefectKind kind;
  std::int32_t segment;  ///< the submitted (or reference) segment, -1 for the whole line
  double value;          ///< the offending value
};

/// In words, with what was expected and what the scorer does about it.
std::string description(const TrajectoryDefect& defect, double trajectory_index);

/// True if the official scorer raises an exception on it.
bool stops_official_scorer(DefectKind kind);
/// True if the reference, not the submission, is at fault.
bool in_reference(DefectKind kind);

/// The metrics a defect can change, as positions in single_metric_names.
std::span<const std::size_t> affected_metrics(DefectKind kind);

}  // namespace an::evaluation
