// SPDX-License-Identifier: MIT
#include "evaluation/fov_score.hpp"

#include <algorithm>

#include "core/pairwise_sum.hpp"
#include "evaluation/index_alignment.hpp"

namespace an::evaluation {

namespace {

// What a defect's trajectory or, for a defect of one segment, its pair adds to the sums.
ScoreSums part_of(const TrajectoryDefect& defect, const TrajectoryScore& trajectory,
                  std::span<const SegmentScore> segments) {
  ScoreSums part;
  const auto pair = std::find_if(segments.begin(), segments.end(),
                                 [&](const SegmentScore& s) { return s.segment_predicted == defect.segment; });
  if (defect.segment >= 0 && pair != segments.end())
    part.add_pair(*pair);
  else
    part.add(trajectory, segments);
  return part;
}

// Sums rounded as the official scorer rounds them for a whole array.
void sum_pairwise(FovScore& fov) {
  PairwiseSum alpha, k;
  for (const SegmentScore& segment : fov.segments) {
    alpha.add(segment.alpha_error);
    k.add(segment.k_squared_log_error);
  }
  fov.sums.alpha_error = alpha.result();
  fov.sums.k_squared_log_error = k.result();
}

}  // namespace

std::vector<RowPair> pair_by_index(const LabelTable& truth, const LabelTable& prediction) {
  const std::vector<std::size_t> truth_order = order_by_index(truth);
  const std::vector<std::size_t> prediction_order = order_by_index(prediction);
  std::vector<RowPair> pairs;
  pairs.reserve(truth.size());
  auto candidate = prediction_order.begin();
  for (std::size_t i = 0; i < truth_order.size(); ++i) {
    std::size_t row = truth_order[i];
    const double index = truth[row].index();
    // A repeated reference index stands for its first row again.
    for (std::size_t first = i; first > 0 && truth[truth_order[first - 1]].index() == index;)
      row = truth_order[--first];
    while (candidate != prediction_order.end() && prediction[*candidate].index() < index) ++candidate;
    RowPair& pair = pairs.emplace_back(RowPair{truth[row], std::nullopt, truth.line(row), 0});
    if (candidate != prediction_order.end() && prediction[*candidate].index() == index) {
      pair.prediction = prediction[*candidate];
      pair.prediction_line = prediction.line(*candidate);
    }
  }
  return pairs;
}

FovScore score_fov(std::span<const RowPair> rows, Rules rules) {
  FovScore fov;
  fov.trajectories.reserve(rows.size());
  TrajectoryScorer scorer(rules);
  std::vector<TrajectoryDefect> defects;
  for (const RowPair& row : rows) {
    const std::size_t first = fov.segments.size();
    defects.clear();
    fov.trajectories.push_back(
        scorer.score(row.truth, row.prediction ? &*row.prediction : nullptr, fov.segments, defects));
    scorer.append_change_points(row.truth, fov.trajectories.back(),
                                static_cast<std::int32_t>(fov.trajectories.size() - 1), fov.change_points);
    const std::span<const SegmentScore> added = std::span(fov.segments).subspan(first);
    fov.sums.add(fov.trajectories.back(), added);
    for (const TrajectoryDefect& defect : defects) {
      const bool of_truth = in_reference(defect.kind);
      fov.defects.push_back({defect, row.truth.index(), of_truth ? row.truth_fov : row.prediction_fov,
                             of_truth ? row.truth_line : row.prediction_line,
                             part_of(defect, fov.trajectories.back(), added)});
    }
  }
  fov.change_point_errors = scorer.change_point_errors();
  sum_pairwise(fov);
  fov.scores = scores_of(fov.sums, rules);
  return fov;
}

}  // namespace an::evaluation
