// SPDX-License-Identifier: MIT
#include "evaluation/defect.hpp"

#include <fmt/format.h>

#include <array>

#include "core/number_text.hpp"
#include "evaluation/challenge_score.hpp"

namespace an::evaluation {

std::string description(const TrajectoryDefect& defect, double trajectory_index) {
  const std::string who = fmt::format("trajectory {}", plain_text(trajectory_index));
  std::string where = defect.segment >= 0 ? fmt::format("{}, segment {}", who, defect.segment + 1) : who;
  const std::string value = plain_text(defect.value);
  switch (defect.kind) {
    case DefectKind::missing:
      return fmt::format("{} has no line in the submission (counted as missing, with the largest errors)", who);
    case DefectKind::no_change_point:
      return fmt::format(
          "{}: neither change point nor length on the line (expected index, K, alpha, state, …, length; counted as "
          "missing)",
          who);
    case DefectKind::alpha_not_a_number:
      return fmt::format("{}: alpha is not a number (expected 0 to 2; an error of 2 is counted)", where);
    case DefectKind::alpha_out_of_range:
      return fmt::format("{}: alpha is {} (expected 0 to 2; an error of 2 is counted)", where, value);
    case DefectKind::k_not_a_number:
      return fmt::format("{}: K is not a number (expected 1e-12 to 1e6; the true value + 100000 is counted)", where);
    case DefectKind::k_negative:
      return fmt::format("{}: K is {} (expected 1e-12 to 1e6; its size is taken)", where, value);
    case DefectKind::k_infinite:
      return fmt::format(
          "{}: K is {} (expected 1e-12 to 1e6) [the official scorer stops here: ValueError: Input contains infinity or "
          "a value too large for dtype('float64')]",
          where, value);
    case DefectKind::state_invalid:
      return fmt::format("{}: state is {} (expected 0 immobile, 1 confined, 2 free or 3 directed)", where, value);
    case DefectKind::length_invalid:
      return fmt::format(
          "{}: the trajectory's length is {} (expected its number of frames, at least 1) [the official scorer stops "
          "here: {}]",
          who, value,
          defect.value == 0 ? "IndexError: index 0 is out of bounds for axis 1 with size 0"
                            : "ValueError: negative dimensions are not allowed");
    case DefectKind::length_differs:
      return fmt::format("{}: the length differs from the reference's ({} frames more)", who, value);
    case DefectKind::reference_length:
      return fmt::format(
          "{}: the reference line has no usable length (expected a positive number of frames as its last value) [the "
          "official scorer stops here: {}]",
          who,
          defect.value == 0 ? "IndexError: index 0 is out of bounds"
                            : "ValueError: negative dimensions are not allowed");
    case DefectKind::reference_k:
      return fmt::format(
          "{}: the reference's K is {} (expected a finite number) [the official scorer stops here: ValueError: Input "
          "contains NaN or infinity]",
          where, value);
  }
  return where;
}

bool stops_official_scorer(DefectKind kind) {
  return kind == DefectKind::k_infinite || kind == DefectKind::length_invalid || in_reference(kind);
}

bool in_reference(DefectKind kind) { return kind == DefectKind::reference_length || kind == DefectKind::reference_k; }

std::span<const std::size_t> affected_metrics(DefectKind kind) {
  static constexpr std::array<std::size_t, 5> all{0, 1, 2, 3, 4};
  switch (kind) {
    case DefectKind::alpha_not_a_number:
    case DefectKind::alpha_out_of_range:
      return std::span(all).subspan(static_cast<std::size_t>(SingleMetric::mae_alpha), 1);
    case DefectKind::k_not_a_number:
    case DefectKind::k_negative:
    case DefectKind::k_infinite:
      return std::span(all).subspan(static_cast<std::size_t>(SingleMetric::msle_k), 1);
    case DefectKind::state_invalid:
      return std::span(all).subspan(static_cast<std::size_t>(SingleMetric::f1_state), 1);
    default:
      return all;
  }
}

}  // namespace an::evaluation
