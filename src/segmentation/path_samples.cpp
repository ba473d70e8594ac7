// SPDX-License-Identifier: MIT
#include "segmentation/path_samples.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace an::segmentation {

namespace {

// Relative ln likelihoods of a segment, a cell of its state each, and its ln evidence from them.
struct SegmentCells {
  std::vector<float> logarithms;
  double evidence;
};

double log_mean(std::span<const Cell> cells, std::span<const float> logarithms, std::vector<double>* posterior) {
  float greatest = -1e30F;
  for (std::size_t c = 0; c < cells.size(); ++c)
    if (cells[c].share > 0) greatest = std::max(greatest, logarithms[c]);
  double sum = 0;
  if (posterior != nullptr) posterior->assign(cells.size(), 0);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (!(cells[c].share > 0)) continue;
    const float difference = logarithms[c] - greatest;
    if (difference < -60) continue;
    const double term = cells[c].share * std::exp(static_cast<double>(difference));
    sum += term;
    if (posterior != nullptr) (*posterior)[c] = term;
  }
  if (posterior != nullptr)
    for (double& value : *posterior) value /= sum;
  return static_cast<double>(greatest) + std::log(sum);
}

}  // namespace

PathSamples::PathSamples(SegmentEvidence& evidence, const CellTable& cells, const PathPosterior& posterior, bool shared,
                         std::size_t count, Random& random)
    : cell_posterior_(cells.states()), visits_(cells.states()) {
  std::map<StatePath, std::size_t> drawn;
  for (std::size_t i = 0; i < count; ++i) ++drawn[posterior.draw(random)];
  std::map<PathSegment, SegmentCells> segments;
  const auto cells_of = [&](const PathSegment& segment) -> const SegmentCells& {
    auto [at, is_new] = segments.try_emplace(segment);
    if (is_new) {
      at->second.logarithms.assign(cells.cells(segment.state).size(), 0);
      evidence.add_cell_likelihoods(segment.state, segment.begin, segment.end - 1, at->second.logarithms);
      at->second.evidence = log_mean(cells.cells(segment.state), at->second.logarithms, nullptr);
    }
    return at->second;
  };
  std::vector<std::vector<std::vector<double>>> posteriors;  // [path][state][cell]
  std::vector<double> log_weights;
  std::vector<float> together;
  for (const auto& [path, times] : drawn) {
    double log_weight = std::log(static_cast<double>(times));
    std::vector<std::vector<double>> of_states(cells.states());
    for (std::size_t s = 0; s < cells.states(); ++s) {
      together.assign(cells.cells(s).size(), 0);
      double apart = 0;
      std::size_t visits = 0;
      for (const PathSegment& segment : path) {
        if (segment.state != s) continue;
        const SegmentCells& part = cells_of(segment);
        for (std::size_t c = 0; c < together.size(); ++c) together[c] += part.logarithms[c];
        apart += part.evidence;
        ++visits;
      }
      if (visits == 0) continue;
      const double as_one = log_mean(cells.cells(s), together, &of_states[s]);
      if (shared && visits > 1) log_weight += as_one - apart;
    }
    paths_.push_back(path);
    log_weights.push_back(log_weight);
    posteriors.push_back(std::move(of_states));
  }
  const double greatest = *std::max_element(log_weights.begin(), log_weights.end());
  for (const double value : log_weights) weights_.push_back(std::exp(value - greatest));
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= total;
  log_gain_ = greatest + std::log(total / static_cast<double>(count));
  for (std::size_t s = 0; s < cells.states(); ++s) {
    std::vector<double>& sum = cell_posterior_[s];
    for (std::size_t p = 0; p < paths_.size(); ++p) {
      const std::vector<double>& one = posteriors[p][s];
      if (one.empty()) continue;
      sum.resize(one.size());
      visits_[s] += weights_[p];
      for (std::size_t c = 0; c < one.size(); ++c) sum[c] += weights_[p] * one[c];
    }
    for (double& value : sum) value /= visits_[s];
  }
}

}  // namespace an::segmentation
