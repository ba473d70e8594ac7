// SPDX-License-Identifier: MIT
#include "segmentation/path_samples.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "core/vectorised.hpp"

namespace an::segmentation {

namespace {

using kernels::cell_lanes;

// Relative ln likelihoods of a segment, a cell of its state each, the posterior over these and its ln evidence.
struct SegmentCells {
  std::vector<float> logarithms, posterior;
  double evidence = 0;
  std::size_t partner = 0;  // of a dimer
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

// The value that most displacements of a segment have.
std::size_t commonest(std::span<const std::size_t> partner, const PathSegment& segment) {
  std::map<std::size_t, std::size_t> counts;
  for (std::size_t t = segment.begin; t < segment.end; ++t) ++counts[partner[t]];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

// What segments say together that share (alpha, K), and by how much likelier they are than apart. \pre not empty
double join(std::span<const SegmentCells* const> parts, const float* prior, SegmentCells& together) {
  together = *parts.front();
  if (parts.size() == 1) return 0;
  double apart = together.evidence;
  for (const SegmentCells* part : parts.subspan(1)) {
    for (std::size_t c = 0; c < together.logarithms.size(); ++c) together.logarithms[c] += part->logarithms[c];
    apart += part->evidence;
  }
  together.evidence =
      log_mean(prior, together.logarithms.data(), together.logarithms.size(), together.posterior.data());
  return together.evidence - apart;
}

// Takes a draw of a dimer's (alpha, K) into the posterior of the particle's own, which it is with probability one half.
// Returns by how much likelier it is than if it were another's.
double add_draw(const float* prior, const std::vector<float>& posterior, std::vector<float>& own) {
  if (own.empty()) own.assign(prior, prior + posterior.size());
  float sum = 0;
  for (std::size_t c = 0; c < own.size(); ++c) {
    if (prior[c] > 0) own[c] *= 0.5F + 0.5F * posterior[c] / prior[c];
    sum += own[c];
  }
  for (float& value : own) value /= sum;
  return std::log(static_cast<double>(sum));
}

void add_to(ParameterDraw& sum, double probability, const std::vector<float>& posterior) {
  sum.probability += probability;
  sum.posterior.resize(posterior.size());
  for (std::size_t c = 0; c < posterior.size(); ++c)
    sum.posterior[c] += probability * static_cast<double>(posterior[c]);
}

ParameterDraw mean_of(ParameterDraw sum) {
  constexpr double nothing = 1e-12;
  for (double& value : sum.posterior) value = value > nothing * sum.probability ? value / sum.probability : 0;
  return sum;
}

}  // namespace

PathSamples::PathSamples(const SegmentEvidence& evidence, const CellTable& cells, const PathPosterior& posterior,
                         bool shared, const DimerPartners& dimers, std::size_t count, Random& random)
    : cell_posterior_(cells.states()), draws_(cells.states()) {
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
      evidence.cell_likelihoods(segment.state, segment.begin, segment.end - 1, part.logarithms);
      part.evidence = log_mean(cells.prior(segment.state), part.logarithms.data(), size, part.posterior.data());
      if (segment.state == dimers.state && !dimers.partner.empty()) part.partner = commonest(dimers.partner, segment);
    }
    return part;
  };
  std::vector<std::vector<std::vector<float>>> posteriors;             // [path][state][cell]
  std::vector<std::map<std::size_t, std::vector<float>>> of_partners;  // [path], the posteriors with each partner
  std::vector<double> log_weights;
  std::vector<const SegmentCells*> parts;
  SegmentCells draw;
  for (const auto& [path, times] : drawn) {
    double log_weight = std::log(static_cast<double>(times));
    std::vector<std::vector<float>> of_states(cells.states());
    of_partners.emplace_back();
    for (std::size_t s = 0; s < cells.states(); ++s) {
      parts.clear();
      for (const PathSegment& segment : path)
        if (segment.state == s) parts.push_back(&cells_of(segment));
      std::stable_sort(parts.begin(), parts.end(),
                       [](const SegmentCells* a, const SegmentCells* b) { return a->partner < b->partner; });
      for (auto from = parts.begin(); from != parts.end();) {
        const auto to = std::find_if(from, parts.end(),
                                     [&](const SegmentCells* part) { return part->partner != (*from)->partner; });
        double gain = join({from, to}, cells.prior(s), draw);
        if (s == dimers.state) {
          gain += add_draw(cells.prior(s), draw.posterior, of_states[s]);
          of_partners.back()[draw.partner] = draw.posterior;
        } else {
          of_states[s] = draw.posterior;
        }
        if (shared) log_weight += gain;
        from = to;
      }
    }
    paths_.push_back(path);
    log_weights.push_back(log_weight);
    posteriors.push_back(std::move(of_states));
  }
  weigh(log_weights, count);
  for (std::size_t s = 0; s < cells.states(); ++s) {
    ParameterDraw own{};
    for (std::size_t p = 0; p < paths_.size(); ++p)
      if (!posteriors[p][s].empty()) add_to(own, weights_[p], posteriors[p][s]);
    if (own.posterior.empty()) continue;
    own = mean_of(std::move(own));
    cell_posterior_[s] = own.posterior;
    if (s != dimers.state) draws_[s].push_back(std::move(own));
  }
  std::map<std::size_t, ParameterDraw> with_partners;
  for (std::size_t p = 0; p < paths_.size(); ++p)
    for (const auto& [partner, drawn_with] : of_partners[p]) add_to(with_partners[partner], weights_[p], drawn_with);
  constexpr double unlikely = 1e-3;
  for (auto& [partner, sum] : with_partners)
    if (sum.probability > unlikely) draws_[*dimers.state].push_back(mean_of(std::move(sum)));
}

// \param count paths drawn, equal ones included
void PathSamples::weigh(const std::vector<double>& log_weights, std::size_t count) {
  const double greatest = *std::max_element(log_weights.begin(), log_weights.end());
  for (const double value : log_weights) weights_.push_back(std::exp(value - greatest));
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= total;
  log_gain_ = greatest + std::log(total / static_cast<double>(count));
}

}  // namespace an::segmentation
