// SPDX-License-Identifier: MIT
#include "segmentation/path_samples.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/vectorised.hpp"

namespace an::segmentation {

namespace {

using kernels::cell_lanes;

// Relative ln likelihoods of a segment, a cell of its state each, the posterior over these and its ln evidence.
struct SegmentCells {
  std::vector<float> logarithms, posterior;
  double evidence;
};

// ln of the mean of the likelihoods under the prior; the posterior sums to 1.
AN_VECTORISED double log_mean(const float* prior, const float* logarithms, std::size_t cells, float* posterior) {
  kernels::Lanes top = kernels::load(logarithms);
  for (std::size_t c = cell_lanes; c < cells; c += cell_lanes)
    top = kernels::larger(top, kernels::load(logarithms + c));
  const float greatest = kernels::greatest_of(top);
  const kernels::Lanes least = kernels::all_lanes(-60);
  kernels::Lanes sums = kernels::all_lanes(0);
  for (std::size_t c = 0; c < cells; c += cell_lanes) {
    const kernels::Lanes relative = kernels::larger(least, kernels::load(logarithms + c) - greatest);
    const kernels::Lanes term = kernels::load(prior + c) * kernels::exp_of_negative(relative);
    kernels::store(posterior + c, term);
    sums = sums + term;
  }
  const float sum = kernels::sum_of(sums);
  for (std::size_t c = 0; c < cells; c += cell_lanes)
    kernels::store(posterior + c, kernels::load(posterior + c) * (1 / sum));
  return static_cast<double>(greatest) + std::log(static_cast<double>(sum));
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
    SegmentCells& part = at->second;
    if (is_new) {
      const std::size_t size = cells.cells(segment.state).size();
      part.logarithms.assign(size, 0);
      part.posterior.resize(size);
      evidence.add_cell_likelihoods(segment.state, segment.begin, segment.end - 1, part.logarithms);
      part.evidence = log_mean(cells.prior(segment.state), part.logarithms.data(), size, part.posterior.data());
    }
    return part;
  };
  std::vector<std::vector<std::vector<float>>> posteriors;  // [path][state][cell]
  std::vector<double> log_weights;
  std::vector<float> together;
  for (const auto& [path, times] : drawn) {
    double log_weight = std::log(static_cast<double>(times));
    std::vector<std::vector<float>> of_states(cells.states());
    for (std::size_t s = 0; s < cells.states(); ++s) {
      const SegmentCells* first = nullptr;
      double apart = 0;
      std::size_t visits = 0;
      for (const PathSegment& segment : path) {
        if (segment.state != s) continue;
        const SegmentCells& part = cells_of(segment);
        if (++visits == 1) {
          first = &part;
          together = part.logarithms;
        } else {
          for (std::size_t c = 0; c < together.size(); ++c) together[c] += part.logarithms[c];
        }
        apart += part.evidence;
      }
      if (visits == 0) continue;
      of_states[s] = first->posterior;
      if (visits == 1) continue;
      const double as_one = log_mean(cells.prior(s), together.data(), together.size(), of_states[s].data());
      if (shared) log_weight += as_one - apart;
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
      const std::vector<float>& one = posteriors[p][s];
      if (one.empty()) continue;
      sum.resize(one.size());
      visits_[s] += weights_[p];
      for (std::size_t c = 0; c < one.size(); ++c) sum[c] += weights_[p] * static_cast<double>(one[c]);
    }
    constexpr double nothing = 1e-12;
    for (double& value : sum) value = value > nothing * visits_[s] ? value / visits_[s] : 0;
  }
}

}  // namespace an::segmentation
