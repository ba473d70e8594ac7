// SPDX-License-Identifier: MIT
#include "app/predict/paper_method.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/predict/network_beliefs.hpp"
#include "app/predict/prediction_files.hpp"
#include "core/error.hpp"
#include "segmentation/frame_beliefs.hpp"

namespace an::app {

namespace fs = std::filesystem;
using segmentation::ChainSegment;

namespace {

segmentation::FrameSeries series_of(const network::FramePredictions& alpha, const network::FramePredictions& k,
                                    const network::FramePredictions& state) {
  segmentation::FrameSeries series;
  series.alpha.assign(alpha.alpha.begin(), alpha.alpha.end());
  for (const float log_k : k.log_k) series.k.push_back(std::exp(static_cast<double>(log_k)));
  for (const std::array<float, 4>& p : state.probability)
    series.state.push_back(static_cast<DiffusiveState>(std::ranges::max_element(p) - p.begin()));
  return series;
}

// The frames of a segment.
std::vector<double> part_of(std::span<const double> series, const ChainSegment& segment) {
  const auto part = series.subspan(segment.begin, segment.end - segment.begin);
  return {part.begin(), part.end()};
}

double mean_probability(std::span<const std::array<float, 4>> frames, DiffusiveState state) {
  double sum = 0;
  for (const std::array<float, 4>& p : frames) sum += static_cast<double>(p[static_cast<std::size_t>(state)]);
  return sum / static_cast<double>(frames.size());
}

}  // namespace

segmentation::ChainOptions chain_options(const ChainConfig& config) {
  segmentation::ChainOptions options = config.options;
  if (config.end == ChainEnd::number) options.end.number = static_cast<std::size_t>(config.number);
  if (config.end == ChainEnd::penalty) options.end.penalty = config.penalty;
  if (config.end == ChainEnd::residual) options.end.residual = config.residual;
  const segmentation::FrameSeries still{{1, 1, 1}, {1, 1, 1}, std::vector<DiffusiveState>(3, DiffusiveState::free)};
  segmentation::ChainOptions tried = options;
  tried.search.shortest = 1;
  try {
    segment_by_chain(still, tried);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(std::string("[chain]: ") + error.what());
  }
  return options;
}

PaperMethod::PaperMethod(const std::vector<fs::path>& files, const Config& config, int device)
    : options_(chain_options(config.chain)),
      alpha_(make_predictor(files[0], kernels::LossKind::mae, config.predict, device)),
      k_(make_predictor(files[1], kernels::LossKind::msle, config.predict, device)),
      state_(make_predictor(files[2], kernels::LossKind::cross_entropy, config.predict, device)) {}

segmentation::InferredFov PaperMethod::infer(const segmentation::FieldOfView& fov,
                                             const std::optional<std::vector<std::size_t>>& wanted) {
  const std::vector<network::ParticlePath> paths = paths_of(fov);
  const std::vector<bool> are = which_are_wanted(wanted, paths.size());
  const auto alpha = alpha_.predict(paths, are), k = k_.predict(paths, are), state = state_.predict(paths, are);
  segmentation::InferredFov out;
  for (const std::size_t i : segmentation::wanted_places(wanted, fov.trajectories.size())) {
    const segmentation::FrameSeries frames = series_of(alpha[i], k[i], state[i]);
    segmentation::InferredTrajectory inferred{fov.trajectories[i].index, frames.state.size(), {}};
    for (const ChainSegment& s : segment_by_chain(frames, options_)) {
      const std::size_t length = s.end - s.begin;
      inferred.segments.push_back({s.begin, segmentation::estimate_of(part_of(frames.alpha, s), s.alpha),
                                   segmentation::estimate_of(part_of(frames.k, s), s.k), s.state,
                                   mean_probability(std::span(state[i].probability).subspan(s.begin, length), s.state),
                                   1});
    }
    out.trajectories.push_back(std::move(inferred));
  }
  return out;
}

void write_paper_ensemble(const fs::path& path, const std::vector<ChainSegment>& segments) {
  const std::vector<DiffusiveState> seen = segmentation::states_seen(segments);
  const auto sees = [&](DiffusiveState state) { return std::ranges::find(seen, state) != seen.end(); };
  using segmentation::Phenomenon;
  const Phenomenon phenomenon = seen.size() < 2                  ? Phenomenon::single_state
                                : sees(DiffusiveState::immobile) ? Phenomenon::immobile_traps
                                : sees(DiffusiveState::confined) ? Phenomenon::confinement
                                                                 : Phenomenon::multi_state;
  write_clustered_ensemble(path, segments, segmentation::cluster_chain_segments(segments, seen.size() < 2 ? 1 : 2),
                           segmentation::phenomenon_name(phenomenon));
}

}  // namespace an::app
