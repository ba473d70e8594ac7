// SPDX-License-Identifier: MIT
#include "evaluation/changepoint_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace an::evaluation {

namespace {

// numpy's int64 arithmetic wraps; so does this.
std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

std::int64_t wrapping_distance(std::int64_t a, std::int64_t b) {
  const std::int64_t d = wrapping_difference(a, b);
  return d < 0 ? wrapping_difference(0, d) : d;
}

std::int64_t wrapping_square(std::int64_t d) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(d) * static_cast<std::uint64_t>(d));
}

}  // namespace

ChangePointCounts& ChangePointCounts::operator+=(const ChangePointCounts& other) {
  true_positives += other.true_positives;
  false_positives += other.false_positives;
  false_negatives += other.false_negatives;
  both_empty += other.both_empty;
  sum_squares += other.sum_squares;
  return *this;
}

ChangePointCounts& ChangePointCounts::operator-=(const ChangePointCounts& other) {
  true_positives -= other.true_positives;
  false_positives -= other.false_positives;
  false_negatives -= other.false_negatives;
  both_empty -= other.both_empty;
  sum_squares -= other.sum_squares;
  return *this;
}

std::span<const AssignedPair> ChangePointMatcher::match(std::span<const std::int64_t> truth,
                                                        std::span<const std::int64_t> prediction,
                                                        std::int64_t threshold) {
  costs_.clear();
  for (const std::int64_t g : truth)
    for (const std::int64_t p : prediction) {
      const std::int64_t distance = wrapping_distance(g, p);
      costs_.push_back(static_cast<double>(rules_ == Rules::paper ? std::min(distance, threshold) : distance));
    }
  return solver_.solve(costs_, truth.size(), prediction.size());
}

ChangePointCounts ChangePointMatcher::count(std::span<const std::int64_t> truth,
                                            std::span<const std::int64_t> prediction, std::int64_t threshold) {
  ChangePointCounts counts;
  matched_.clear();
  const auto g = static_cast<std::int64_t>(truth.size());
  const auto p = static_cast<std::int64_t>(prediction.size());
  counts.false_positives = std::max<std::int64_t>(p - g, 0);
  counts.false_negatives = std::max<std::int64_t>(g - p, 0);
  if (g == 0 && p == 0) counts.both_empty = 1;
  if (g == 0 || p == 0) return counts;
  for (const AssignedPair& pair : match(truth, prediction, threshold)) {
    const std::int64_t distance = wrapping_distance(truth[pair.row], prediction[pair.column]);
    if (distance < threshold) {
      ++counts.true_positives;
      matched_.push_back(pair);
      counts.sum_squares += wrapping_square(distance);
      // A distance of 2^63 wraps to less than 0, and its square to 0.
      const std::int64_t error = distance < 0 ? 0 : wrapping_difference(prediction[pair.column], truth[pair.row]);
      if (distance < changepoint_threshold) ++errors_[static_cast<std::size_t>(error + changepoint_threshold - 1)];
    } else {
      ++counts.false_positives;
      ++counts.false_negatives;
    }
  }
  return counts;
}

double rmse_of(const ChangePointCounts& counts, Rules rules) {
  if (counts.true_positives > 0)
    return std::sqrt(static_cast<double>(counts.sum_squares) / static_cast<double>(counts.true_positives));
  const bool nothing_at_all = counts.false_positives + counts.false_negatives == 0;
  return rules == Rules::official || nothing_at_all ? 0.0 : std::numeric_limits<double>::quiet_NaN();
}

double jsc_of(const ChangePointCounts& counts, Rules rules) {
  if (counts.true_positives + counts.false_positives + counts.false_negatives == 0) return 1;
  const std::int64_t right = counts.true_positives + (rules == Rules::official ? counts.both_empty : 0);
  return static_cast<double>(right) / static_cast<double>(right + counts.false_positives + counts.false_negatives);
}

AlphaBeta changepoint_alpha_beta(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction) {
  constexpr std::int64_t threshold = changepoint_threshold;
  ChangePointMatcher matcher(Rules::official);
  std::int64_t distance = 0;
  for (const AssignedPair& pair : matcher.match(truth, prediction))
    distance += std::min(wrapping_distance(truth[pair.row], prediction[pair.column]), threshold);
  const auto g = static_cast<std::int64_t>(truth.size());
  const auto p = static_cast<std::int64_t>(prediction.size());
  const auto worst = static_cast<double>(threshold * g);
  const auto spurious = static_cast<double>(threshold * std::max<std::int64_t>(p - g, 0));
  const auto d = static_cast<double>(distance);
  return {1 - d / worst, (worst - d) / (worst + spurious)};
}

}  // namespace an::evaluation
