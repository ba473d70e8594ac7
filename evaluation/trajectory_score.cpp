// SPDX-License-Identifier: MIT
#include "evaluation/trajectory_score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "core/bounds.hpp"

namespace an::evaluation {

namespace {

void truncate_change_points(const LabelRow& row, std::vector<std::int64_t>& list) {
  list.clear();
  for (std::size_t i = 0; i < row.change_points(); ++i) list.push_back(truncated(row.change_point(i)));
}

std::int8_t state_code(double state) {
  return std::isnan(state) ? std::int8_t{-1} : static_cast<std::int8_t>(std::clamp<double>(std::trunc(state), -1, 127));
}

SegmentScore score_pair(const SegmentProperties& pair, std::size_t segment_true, std::size_t segment_predicted) {
  const SegmentErrors errors = errors_of(pair);
  return {.alpha_true = pair.alpha_true,
          .alpha_predicted = pair.alpha_predicted,
          .alpha_error = errors.alpha_error,
          .k_true = pair.k_true,
          .k_predicted = pair.k_predicted,
          .k_squared_log_error = errors.k_squared_log_error,
          .segment_true = static_cast<std::int32_t>(segment_true),
          .segment_predicted = static_cast<std::int32_t>(segment_predicted),
          .state_true = state_code(pair.state_true),
          .state_predicted = state_code(pair.state_predicted),
          .same_state = errors.same_state};
}

void note_defects(const SegmentProperties& p, const AssignedPair& pair, std::vector<TrajectoryDefect>& defects) {
  const auto segment = static_cast<std::int32_t>(pair.column);
  const auto note = [&](DefectKind kind, double value) { defects.push_back({kind, segment, value}); };
  if (std::isnan(p.alpha_predicted)) note(DefectKind::alpha_not_a_number, p.alpha_predicted);
  if (p.alpha_predicted > 2 || p.alpha_predicted < 0) note(DefectKind::alpha_out_of_range, p.alpha_predicted);
  if (std::isnan(p.k_predicted)) note(DefectKind::k_not_a_number, p.k_predicted);
  if (std::isinf(p.k_predicted))
    note(DefectKind::k_infinite, p.k_predicted);
  else if (p.k_predicted < 0)
    note(DefectKind::k_negative, p.k_predicted);
  if (!(p.state_predicted >= 0 && p.state_predicted <= 4)) note(DefectKind::state_invalid, p.state_predicted);
  if (!std::isfinite(p.k_true))
    defects.push_back({DefectKind::reference_k, static_cast<std::int32_t>(pair.row), p.k_true});
}

// Frames of a labels' file may be any numbers: their difference wraps.
std::int64_t frames_from(std::int64_t begin, std::int64_t end) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(begin));
}

std::int64_t length_of(const LabelRow& truth) {
  return truth.fields().size() % 4 == 1 && truth.change_points() > 0
             ? truncated(truth.change_point(truth.change_points() - 1))
             : -1;
}

}  // namespace

TrajectoryScore TrajectoryScorer::missing(const LabelRow& truth, std::vector<SegmentScore>& segments) const {
  TrajectoryScore score{};
  score.index = truth.index();
  score.length = length_of(truth);
  score.missing = 1;
  const std::size_t change_points = truth.change_points();
  score.change_points_true = static_cast<std::int32_t>(change_points > 0 ? change_points - 1 : 0);
  if (rules_ == Rules::official) {
    // One false positive, one false negative and one pair, whatever the trajectory holds.
    score.change_points.false_positives = score.change_points.false_negatives = 1;
    score.pairs = 1;
    segments.push_back(score_pair(missing_trajectory_pair(), 0, 0));
    segments.back().segment_true = segments.back().segment_predicted = -1;
    return score;
  }
  // The largest error of each kind for every segment, and every change point is missed, one where there is none.
  score.change_points.false_negatives = std::max(1, score.change_points_true);
  for (std::size_t i = 0; i < truth.segments(); ++i) {
    SegmentScore worst = score_pair({truth.alpha(i), 0, std::fabs(truth.k(i)), 0, truth.state(i), 0}, i, 0);
    worst.segment_predicted = -1;
    worst.state_predicted = -1;
    worst.alpha_error = alpha_bounds.high;
    worst.k_squared_log_error = msle_max();
    worst.same_state = 0;
    segments.push_back(worst);
  }
  score.pairs = static_cast<std::int32_t>(truth.segments());
  return score;
}

bool TrajectoryScorer::usable(std::vector<TrajectoryDefect>& defects) const {
  if (truth_.empty() || truth_.back() <= 0) {
    defects.push_back({DefectKind::reference_length, -1, truth_.empty() ? 0 : static_cast<double>(truth_.back())});
    return false;
  }
  if (prediction_.back() <= 0) {
    defects.push_back({DefectKind::length_invalid, -1, static_cast<double>(prediction_.back())});
    return false;
  }
  return true;
}

TrajectoryScore TrajectoryScorer::score(const LabelRow& truth, const LabelRow* prediction,
                                        std::vector<SegmentScore>& segments, std::vector<TrajectoryDefect>& defects) {
  if (prediction == nullptr || prediction->change_points() == 0) {
    defects.push_back({prediction == nullptr ? DefectKind::missing : DefectKind::no_change_point, -1, 0});
    return missing(truth, segments);
  }
  truncate_change_points(truth, truth_);
  truncate_change_points(*prediction, prediction_);
  if (!usable(defects)) return missing(truth, segments);
  TrajectoryScore score{};
  score.index = truth.index();
  score.length = length_of(truth);
  score.change_points_true = static_cast<std::int32_t>(truth_.size() - 1);
  score.change_points_predicted = static_cast<std::int32_t>(prediction_.size() - 1);
  score.change_points =
      matcher_.count(std::span(truth_).first(truth_.size() - 1), std::span(prediction_).first(prediction_.size() - 1));
  if (prediction_.back() != truth_.back())
    defects.push_back(
        {DefectKind::length_differs, -1, static_cast<double>(prediction_.back()) - static_cast<double>(truth_.back())});
  const std::span<const AssignedPair> pairs = pairing_.pair(truth_, prediction_);
  for (const AssignedPair& m : pairs) {
    // A prediction that leaves out its length has one value more than change points; only the paired ones are looked
    // at.
    SegmentProperties properties{truth.alpha(m.row),      prediction->alpha(m.column), truth.k(m.row),
                                 prediction->k(m.column), truth.state(m.row),          prediction->state(m.column)};
    note_defects(properties, m, defects);
    if (std::isinf(properties.k_predicted)) properties.k_predicted = std::numeric_limits<double>::quiet_NaN();
    segments.push_back(score_pair(cleaned(properties), m.row, m.column));
  }
  score.pairs = static_cast<std::int32_t>(pairs.size());
  return score;
}

void TrajectoryScorer::append_change_points(const LabelRow& truth, const TrajectoryScore& score, std::int32_t place,
                                            std::vector<ChangePointScore>& change_points) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  truncate_change_points(truth, truth_);
  const std::size_t begin = change_points.size();
  for (std::size_t i = 0; i + 1 < truth_.size(); ++i)
    change_points.push_back({.frame_true = truth_[i],
                             .frame_predicted = ChangePointScore::none,
                             .alpha_before = truth.alpha(i),
                             .alpha_after = truth.alpha(i + 1),
                             .k_before = truth.k(i),
                             .k_after = truth.k(i + 1),
                             .length_before = frames_from(i > 0 ? truth_[i - 1] : 0, truth_[i]),
                             .length_after = frames_from(truth_[i], truth_[i + 1]),
                             .trajectory = place,
                             .state_before = state_code(truth.state(i)),
                             .state_after = state_code(truth.state(i + 1))});
  if (score.missing != 0) return;
  std::vector<bool> is_matched(prediction_.size());
  for (const AssignedPair& pair : matcher_.matched()) {
    change_points[begin + pair.row].frame_predicted = prediction_[pair.column];
    is_matched[pair.column] = true;
  }
  for (std::size_t i = 0; i + 1 < prediction_.size(); ++i)
    if (!is_matched[i])
      change_points.push_back({.frame_true = ChangePointScore::none,
                               .frame_predicted = prediction_[i],
                               .alpha_before = unknown,
                               .alpha_after = unknown,
                               .k_before = unknown,
                               .k_after = unknown,
                               .length_before = -1,
                               .length_after = -1,
                               .trajectory = place,
                               .state_before = -1,
                               .state_after = -1});
}

}  // namespace an::evaluation
