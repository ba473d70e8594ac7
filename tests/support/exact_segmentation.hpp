// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numbers>
#include <span>
#include <vector>

#include "core/label_filter.hpp"
#include "core/random.hpp"
#include "segmentation/change_point_choice.hpp"

namespace an::testing {

// An ideal observer of particles with two states, written apart from the segmentation library: whole covariances
// instead of a truncated filter, sums in double precision. Only the choice among sampled change points, the challenge's
// label filter and the random numbers are the program's own.

/// Motion of one state, known exactly.
struct KnownState {
  double alpha, k;  ///< k in px²/frame^alpha
};

/// Lower triangle L of L Lᵀ = the covariance of the displacements of one axis. Because that is the same wherever a
/// segment begins, its upper left part is the factor of every shorter segment.
class CovarianceFactor {
 public:
  /// \param noise localisation noise, px \param count displacements
  CovarianceFactor(const KnownState& state, double noise, std::size_t count) : count_(count), l_(count * count) {
    const auto position = [&](double t) { return state.k * std::pow(t, state.alpha); };  // half the variance of a path
    std::vector<double> covariance(count);
    for (std::size_t lag = 0; lag < count; ++lag) {
      const auto t = static_cast<double>(lag);
      covariance[lag] = lag == 0 ? 2 * position(1) : position(t + 1) - 2 * position(t) + position(t - 1);
      if (lag < 2) covariance[lag] += (lag == 0 ? 2 : -1) * noise * noise;
    }
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double rest = covariance[i - j];
        for (std::size_t m = 0; m < j; ++m) rest -= at(i, m) * at(j, m);
        l_[i * count + j] = i == j ? std::sqrt(rest) : rest / at(j, j);
      }
  }

  double at(std::size_t i, std::size_t j) const { return l_[i * count_ + j]; }

  /// ln density of the first 1, 2, … displacements of one axis.
  std::vector<double> log_densities(std::span<const double> displacements) const {
    std::vector<double> z, out;
    double sum = 0;
    for (std::size_t i = 0; i < displacements.size(); ++i) {
      double rest = displacements[i];
      for (std::size_t j = 0; j < i; ++j) rest -= at(i, j) * z[j];
      z.push_back(rest / at(i, i));
      sum -= 0.5 * std::log(2 * std::numbers::pi) + std::log(at(i, i)) + 0.5 * z[i] * z[i];
      out.push_back(sum);
    }
    return out;
  }

 private:
  std::size_t count_;
  std::vector<double> l_;
};

/// Displacements of both axes.
struct Steps {
  std::vector<double> x, y;

  std::size_t size() const { return x.size(); }
};

inline Steps steps_of(std::span<const double> x, std::span<const double> y) {
  Steps out;
  for (std::size_t t = 1; t < x.size(); ++t) {
    out.x.push_back(x[t] - x[t - 1]);
    out.y.push_back(y[t] - y[t - 1]);
  }
  return out;
}

/// ln density of the displacements of all segments: [i][j] of displacements i … j, for i <= j.
using SegmentDensities = std::vector<std::vector<double>>;

inline SegmentDensities segment_densities(const Steps& steps, const CovarianceFactor& factor) {
  const std::size_t count = steps.size();
  SegmentDensities out(count, std::vector<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<double> x = factor.log_densities(std::span(steps.x).subspan(i));
    const std::vector<double> y = factor.log_densities(std::span(steps.y).subspan(i));
    for (std::size_t j = i; j < count; ++j) out[i][j] = x[j - i] + y[j - i];
  }
  return out;
}

/// Posterior of the states of all displacements: either state first, then changes to the other with a constant
/// probability a displacement.
class TwoStatePosterior {
 public:
  TwoStatePosterior(std::array<SegmentDensities, 2> densities, double change)
      : densities_(std::move(densities)), stay_(std::log1p(-change)), change_(std::log(change)) {
    const std::size_t count = densities_[0].size();
    for (std::size_t s : {0U, 1U}) begins_[s].assign(count, std::log(0.5));
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t s : {0U, 1U}) {
        ends_[s].push_back(log_sum(ways_to(s, j)));
        if (j + 1 < count) begins_[1 - s][j + 1] = ends_[s][j] + change_;
      }
  }

  double log_evidence() const { return log_sum({ends_[0].back(), ends_[1].back()}); }

  /// Draws the state of each displacement.
  std::vector<std::uint32_t> draw(Random& random) const {
    std::vector<std::uint32_t> states(ends_[0].size());
    std::size_t s = draw_place({ends_[0].back(), ends_[1].back()}, random);
    for (std::size_t end = states.size(); end > 0; s = 1 - s) {
      const std::size_t begin = draw_place(ways_to(s, end - 1), random);
      for (std::size_t t = begin; t < end; ++t) states[t] = static_cast<std::uint32_t>(s);
      end = begin;
    }
    return states;
  }

 private:
  // ln of the sum over all that came before, for every begin of a segment of state s that ends with displacement j.
  std::vector<double> ways_to(std::size_t s, std::size_t j) const {
    std::vector<double> ways;
    for (std::size_t i = 0; i <= j; ++i)
      ways.push_back(begins_[s][i] + densities_[s][i][j] + static_cast<double>(j - i) * stay_);
    return ways;
  }
  static double log_sum(const std::vector<double>& terms) {
    const double greatest = *std::max_element(terms.begin(), terms.end());
    double sum = 0;
    for (const double term : terms) sum += std::exp(term - greatest);
    return greatest + std::log(sum);
  }
  static std::size_t draw_place(const std::vector<double>& terms, Random& random) {
    double left = random.uniform();
    const double total = log_sum(terms);
    for (std::size_t i = 0; i + 1 < terms.size(); ++i)
      if ((left -= std::exp(terms[i] - total)) < 0) return i;
    return terms.size() - 1;
  }

  std::array<SegmentDensities, 2> densities_;
  double stay_, change_;
  std::array<std::vector<double>, 2> begins_, ends_;  // ln probability with all displacements before, and up to it
};

/// Change points of the frames' labels: those of the displacements they rule, smoothed as the challenge does it.
inline std::vector<int> label_changes(std::vector<std::uint32_t> states) {
  states.push_back(states.back());  // the last frame rules none
  const std::uint32_t first = states.front();
  for (std::uint32_t& state : states) state = state == first ? 0 : 1;
  filter_ranks(states, LabelFilter{});
  std::vector<int> changes;
  for (std::size_t t = 1; t < states.size(); ++t)
    if (states[t] != states[t - 1]) changes.push_back(static_cast<int>(t));
  return changes;
}

/// The change points that the ideal observer names. \param paths drawn from the posterior
inline std::vector<int> ideal_change_points(const TwoStatePosterior& posterior, std::size_t frames, std::size_t paths,
                                            const segmentation::ChoiceRules& rules, Random& random) {
  constexpr int shortest_segment = 3;
  std::map<std::vector<int>, double> drawn;
  for (std::size_t i = 0; i < paths; ++i)
    drawn[label_changes(posterior.draw(random))] += 1.0 / static_cast<double>(paths);
  std::vector<segmentation::PossibleChanges> possible;
  for (const auto& [changes, probability] : drawn) possible.push_back({changes, probability});
  std::stable_sort(possible.begin(), possible.end(),
                   [](const auto& a, const auto& b) { return a.probability > b.probability; });
  return segmentation::choose_change_points(possible, rules, static_cast<int>(frames), shortest_segment);
}

}  // namespace an::testing
