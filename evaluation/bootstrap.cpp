// SPDX-License-Identifier: MIT
#include "evaluation/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace an::evaluation {

namespace {

// Sorted samples' quantile by linear interpolation between the two nearest.
double quantile(std::span<const double> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = place - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

}  // namespace

std::vector<std::size_t> resampled_fovs(std::uint64_t seed, std::size_t resample, std::size_t experiment,
                                        std::size_t fovs) {
  std::seed_seq key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                    static_cast<std::uint32_t>(resample), static_cast<std::uint32_t>(experiment)};
  std::mt19937 random(key);  // std::uniform_int_distribution would differ between standard libraries
  std::vector<std::size_t> drawn(fovs);
  for (std::size_t& fov : drawn) fov = static_cast<std::size_t>((std::uint64_t{random()} * fovs) >> 32);
  return drawn;
}

Interval percentile_interval(std::vector<double> samples, double confidence) {
  std::erase_if(samples, [](double x) { return std::isnan(x); });
  if (samples.empty()) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan};
  }
  std::sort(samples.begin(), samples.end());
  const double tail = (1 - confidence) / 2;
  return {quantile(samples, tail), quantile(samples, 1 - tail)};
}

SingleResamples bootstrap_single(std::span<const std::vector<ScoreSums>> fovs, Rules rules,
                                 const BootstrapOptions& options) {
  SingleResamples resamples;
  resamples.experiments.resize(fovs.size());
  std::vector<SingleScores> scores(fovs.size());
  std::vector<std::int64_t> trajectories(fovs.size());
  for (std::size_t r = 0; r < options.resamples; ++r) {
    for (std::size_t e = 0; e < fovs.size(); ++e) {
      ScoreSums sums;
      for (const std::size_t fov : resampled_fovs(options.seed, r, e, fovs[e].size())) sums += fovs[e][fov];
      scores[e] = scores_of(sums, rules);
      trajectories[e] = sums.trajectories;
      resamples.experiments[e].push_back(scores[e]);
    }
    resamples.global.push_back(weighted_mean(scores, trajectories, rules));
  }
  return resamples;
}

Interval bootstrap_groups(std::span<const std::size_t> units, const BootstrapOptions& options,
                          const std::function<double(std::span<const std::vector<std::size_t>> drawn)>& statistic) {
  std::vector<double> samples;
  std::vector<std::vector<std::size_t>> drawn(units.size());
  const bool vary = std::any_of(units.begin(), units.end(), [](std::size_t n) { return n > 1; });
  for (std::size_t r = 0; vary && r < options.resamples; ++r) {
    for (std::size_t g = 0; g < units.size(); ++g) drawn[g] = resampled_fovs(options.seed, r, g, units[g]);
    samples.push_back(statistic(drawn));
  }
  return percentile_interval(std::move(samples), options.confidence);
}

Difference paired_difference(std::span<const double> first, std::span<const double> second, double confidence) {
  std::vector<double> differences;
  std::size_t not_above = 0;
  std::size_t not_below = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double d = first[i] - second[i];
    if (std::isnan(d)) continue;
    differences.push_back(d);
    not_above += d <= 0;
    not_below += d >= 0;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(differences.size(), 1));
  const double p = std::min(1.0, 2 * static_cast<double>(std::min(not_above, not_below)) / count);
  const Interval interval = percentile_interval(std::move(differences), confidence);
  return {interval, std::max(p, 1 / count), interval.low > 0 || interval.high < 0};
}

}  // namespace an::evaluation
