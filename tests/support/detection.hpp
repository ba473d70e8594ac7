// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "evaluation/changepoint_metrics.hpp"

namespace an::testing {

/// Trials, and how many of them came out.
struct Share {
  std::int64_t trials = 0, successes = 0;

  void add(bool success) {
    ++trials;
    successes += success ? 1 : 0;
  }
  double value() const { return static_cast<double>(successes) / static_cast<double>(trials); }
  /// Binomial standard error of the value.
  double error() const { return std::sqrt(value() * (1 - value()) / static_cast<double>(trials)); }
};

/// Which true change points an observer found, by their distance to the next one or to an end of the trajectory.
class Detection {
 public:
  static constexpr std::size_t bins = 5;
  /// Shortest distance of each bin, frames.
  static constexpr std::array<std::int64_t, bins> distance_from{3, 6, 11, 21, 41};
  static constexpr std::int64_t close_within = 3;  ///< frames: a change point that is found well

  /// One trajectory, matched as the challenge's scorer does it.
  void add(std::span<const std::int64_t> truth, std::span<const std::int64_t> found, std::int64_t frames) {
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    std::vector<std::int64_t> errors(truth.size(), never);
    for (const AssignedPair& pair : matcher_.match(truth, found))
      errors[pair.row] = std::abs(truth[pair.row] - found[pair.column]);
    std::int64_t detected = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const std::int64_t before = i == 0 ? 0 : truth[i - 1];
      const std::int64_t after = i + 1 == truth.size() ? frames : truth[i + 1];
      const std::int64_t distance = std::min(truth[i] - before, after - truth[i]);
      const auto above = std::upper_bound(distance_from.begin() + 1, distance_from.end(), distance);
      const auto bin = static_cast<std::size_t>(above - distance_from.begin() - 1);
      const bool is_detected = errors[i] < evaluation::changepoint_threshold;
      by_distance_[bin].add(is_detected);
      all_.add(is_detected);
      close_.add(errors[i] <= close_within);
      detected += is_detected ? 1 : 0;
    }
    per_trajectory_.push_back(detected);
    counts_ += matcher_.count(truth, found);
  }

  const Share& all() const { return all_; }
  const Share& close() const { return close_; }
  const Share& at_distance(std::size_t bin) const { return by_distance_[bin]; }
  /// [trajectory] change points that were found.
  const std::vector<std::int64_t>& per_trajectory() const { return per_trajectory_; }
  double false_positives() const {  ///< a trajectory
    return static_cast<double>(counts_.false_positives) / static_cast<double>(per_trajectory_.size());
  }
  double jaccard() const { return evaluation::jsc_of(counts_, evaluation::Rules::official); }
  double rmse() const { return evaluation::rmse_of(counts_, evaluation::Rules::official); }

 private:
  evaluation::ChangePointMatcher matcher_{evaluation::Rules::official};
  std::array<Share, bins> by_distance_;
  Share all_, close_;
  evaluation::ChangePointCounts counts_;
  std::vector<std::int64_t> per_trajectory_;
};

/// A number and its standard error.
struct Measured {
  double value, error;
};

/// What one observer finds over what another finds of the same trajectories; the error from their scatter.
inline Measured ratio_of(const Detection& one, const Detection& other) {
  const double ratio = static_cast<double>(one.all().successes) / static_cast<double>(other.all().successes);
  double squares = 0;
  for (std::size_t i = 0; i < one.per_trajectory().size(); ++i) {
    const double rest =
        static_cast<double>(one.per_trajectory()[i]) - ratio * static_cast<double>(other.per_trajectory()[i]);
    squares += rest * rest;
  }
  return {ratio, std::sqrt(squares) / static_cast<double>(other.all().successes)};
}

}  // namespace an::testing
