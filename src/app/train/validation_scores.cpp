// SPDX-License-Identifier: MIT
#include "app/train/validation_scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "app/predict/network_beliefs.hpp"
#include "app/predict/prediction_files.hpp"
#include "core/random.hpp"
#include "kernels/kernels.hpp"
#include "segmentation/frame_beliefs.hpp"

namespace an::app {

namespace {

using evaluation::Rules;
using evaluation::ScoreSums;
using kernels::target_channels;

// The fields of a label row: segments begin where the targets say so.
std::vector<double> true_labels(std::span<const float> targets, std::size_t frames) {
  std::vector<double> fields{0};  // its index: it stands alone
  for (std::size_t t = 0; t < frames; ++t) {
    const float* target = targets.data() + t * target_channels;
    if (t > 0 && !(target[3] > 0)) continue;
    if (t > 0) fields.push_back(static_cast<double>(t));
    const auto state = static_cast<DiffusiveState>(std::lround(target[2]));
    const double k = state == DiffusiveState::immobile ? 0 : std::exp(static_cast<double>(target[1]));
    fields.insert(fields.end(), {k, static_cast<double>(target[0]), static_cast<double>(target[2])});
  }
  fields.push_back(static_cast<double>(frames));
  return fields;
}

segmentation::FrameBeliefs beliefs_of_row(std::span<const float> output, std::size_t frames) {
  constexpr auto task = kernels::LossKind::joint;
  network::FramePredictions predictions;
  for (std::size_t t = 0; t < frames; ++t)
    network::add_frame(task, output.data() + t * kernels::output_channels(task), predictions);
  return beliefs_of(predictions);
}

}  // namespace

ScoreSums segment_scores(const network::TileShape& tile, std::span<const float> output,
                         std::span<const float> targets) {
  ScoreSums sums;
  if (!std::ranges::all_of(output, [](float value) { return std::isfinite(value); })) return sums;
  const std::size_t channels = kernels::output_channels(kernels::LossKind::joint);
  evaluation::TrajectoryScorer scorer(Rules::official);
  for (std::size_t row = 0; row < targets.size() / (tile.frames * target_channels); ++row) {
    const auto of_row = targets.subspan(row * tile.frames * target_channels, tile.frames * target_channels);
    std::size_t frames = 0;
    while (frames < tile.frames && of_row[frames * target_channels + 4] > 0) ++frames;
    if (frames == 0) continue;
    const segmentation::FrameBeliefs beliefs =
        beliefs_of_row(output.subspan(row * tile.frames * channels, tile.frames * channels), frames);
    Random random({0, 0, 0, static_cast<std::uint32_t>(row), RandomStream::paths});
    const std::vector<double> truth = true_labels(of_row, frames),
                              found = label_fields(segmentation::infer_from_frames(0, beliefs, {}, random));
    const LabelRow prediction(found);
    std::vector<evaluation::SegmentScore> segments;
    std::vector<evaluation::TrajectoryDefect> defects;
    const evaluation::TrajectoryScore score = scorer.score(LabelRow(truth), &prediction, segments, defects);
    sums.add(score, segments);
  }
  return sums;
}

void sum_over_ranks(const parallel::Communicator& world, ScoreSums& sums) {
  evaluation::ChangePointCounts& c = sums.change_points;
  std::int64_t* const counts[] = {&c.true_positives, &c.false_positives, &c.false_negatives, &c.both_empty,
                                  &c.sum_squares,    &sums.trajectories, &sums.pairs,        &sums.same_states};
  double* const errors[] = {&sums.alpha_error, &sums.k_squared_log_error};
  std::vector<float> all;
  for (const std::int64_t* count : counts) all.push_back(static_cast<float>(*count));
  for (const double* error : errors) all.push_back(static_cast<float>(*error));
  world.sum_in_rank_order(all);
  auto next = all.begin();
  for (std::int64_t* count : counts) *count = std::llround(*next++);
  for (double* error : errors) *error = static_cast<double>(*next++);
}

evaluation::SingleScores challenge_scores(const ScoreSums& sums) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  evaluation::SingleScores scores;
  scores.fill(unknown);
  if (sums.pairs == 0) return scores;
  scores = scores_of(sums, Rules::official);
  if (sums.change_points.true_positives == 0)
    scores[static_cast<std::size_t>(evaluation::SingleMetric::rmse_cp)] = unknown;
  return scores;
}

}  // namespace an::app
