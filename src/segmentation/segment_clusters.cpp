// SPDX-License-Identifier: MIT
#include "segmentation/segment_clusters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace an::segmentation {

namespace {

// Distances of one in these are alike.
constexpr double alpha_scale = 0.4;
constexpr double log_k_scale = 0.7;

struct Place {
  double alpha, log_k;
};

double distance2(const Place& a, const SegmentEstimate& b) {
  const double x = (a.alpha - b.alpha) / alpha_scale;
  const double y = (a.log_k - b.log_k) / log_k_scale;
  return x * x + y * y;
}

}  // namespace

SegmentEstimate estimate_segment(std::span<const Cell> cells, std::span<const float> log_likelihoods, double weight) {
  SegmentEstimate out{weight, 0, 0, 0, 0, std::vector<double>(cells.size())};
  float greatest = -std::numeric_limits<float>::infinity();
  for (std::size_t c = 0; c < cells.size(); ++c)
    if (cells[c].share > 0) greatest = std::max(greatest, log_likelihoods[c]);
  double total = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    out.posterior[c] = cells[c].share * std::exp(static_cast<double>(log_likelihoods[c] - greatest));
    total += out.posterior[c];
  }
  double alpha2 = 0;
  double log_k2 = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    out.posterior[c] /= total;
    const double log_k = std::log(std::max(cells[c].k, 1e-4));
    out.alpha += out.posterior[c] * cells[c].alpha;
    out.log_k += out.posterior[c] * log_k;
    alpha2 += out.posterior[c] * cells[c].alpha * cells[c].alpha;
    log_k2 += out.posterior[c] * log_k * log_k;
  }
  out.alpha_variance = std::max(0.0, alpha2 - out.alpha * out.alpha);
  out.log_k_variance = std::max(0.0, log_k2 - out.log_k * out.log_k);
  return out;
}

std::vector<StatePopulation> cluster_segments(std::span<const SegmentEstimate> segments, std::size_t states) {
  double total = 0;
  Place mean{0, 0};
  for (const SegmentEstimate& s : segments) {
    total += s.weight;
    mean.alpha += s.weight * s.alpha;
    mean.log_k += s.weight * s.log_k;
  }
  // Start at the weighted quantiles of ln K, which parts states most often.
  std::vector<std::size_t> order(segments.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return segments[a].log_k < segments[b].log_k; });
  std::vector<Place> centres;
  double passed = 0;
  for (const std::size_t i : order) {
    passed += segments[i].weight;
    const double next = (static_cast<double>(centres.size()) + 0.5) / static_cast<double>(states);
    if (centres.size() < states && passed >= next * total) centres.push_back({segments[i].alpha, segments[i].log_k});
  }
  while (centres.size() < states) centres.push_back({mean.alpha / total, mean.log_k / total});
  std::vector<std::size_t> cluster(segments.size());
  for (int round = 0; round < 30; ++round) {
    std::vector<Place> sums(states, Place{0, 0});
    std::vector<double> weights(states);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const auto nearest = std::min_element(centres.begin(), centres.end(), [&](const Place& a, const Place& b) {
        return distance2(a, segments[i]) < distance2(b, segments[i]);
      });
      cluster[i] = static_cast<std::size_t>(nearest - centres.begin());
      sums[cluster[i]].alpha += segments[i].weight * segments[i].alpha;
      sums[cluster[i]].log_k += segments[i].weight * segments[i].log_k;
      weights[cluster[i]] += segments[i].weight;
    }
    for (std::size_t s = 0; s < states; ++s)
      if (weights[s] > 0) centres[s] = {sums[s].alpha / weights[s], sums[s].log_k / weights[s]};
  }
  std::vector<StatePopulation> populations;
  for (std::size_t s = 0; s < states; ++s) {
    double weight = 0;
    double alpha = 0;
    double alpha2 = 0;
    double k = 0;
    double k2 = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (cluster[i] != s) continue;
      const SegmentEstimate& e = segments[i];
      const double value = std::exp(std::clamp(e.log_k + 0.5 * e.log_k_variance, -20.0, 12.0));
      weight += e.weight;
      alpha += e.weight * e.alpha;
      alpha2 += e.weight * e.alpha * e.alpha;
      k += e.weight * value;
      k2 += e.weight * value * value;
    }
    if (!(weight > 0)) {
      populations.push_back({centres[s].alpha, 0.3, std::exp(centres[s].log_k), 0.5 * std::exp(centres[s].log_k)});
      continue;
    }
    alpha /= weight;
    k /= weight;
    populations.push_back({alpha, std::max(0.25, std::sqrt(std::max(0.0, alpha2 / weight - alpha * alpha))), k,
                           std::max(0.4 * k, std::sqrt(std::max(0.0, k2 / weight - k * k)))});
  }
  std::stable_sort(populations.begin(), populations.end(),
                   [](const StatePopulation& a, const StatePopulation& b) { return a.k_mean < b.k_mean; });
  return populations;
}

}  // namespace an::segmentation
