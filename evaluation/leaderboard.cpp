// SPDX-License-Identifier: MIT
#include "evaluation/leaderboard.hpp"

#include <cmath>

namespace an::evaluation {

std::vector<std::size_t> ranks(std::span<const double> values, bool larger_is_better) {
  const auto better = [larger_is_better](double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    return larger_is_better ? a > b : a < b;
  };
  std::vector<std::size_t> result(values.size(), 1);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = 0; j < values.size(); ++j) result[i] += better(values[j], values[i]);
  return result;
}

std::vector<double> mean_reciprocal_ranks(std::span<const std::vector<std::size_t>> ranks_by_metric) {
  if (ranks_by_metric.empty()) return {};
  std::vector<double> mean(ranks_by_metric.front().size(), 0);
  for (const std::vector<std::size_t>& metric : ranks_by_metric)
    for (std::size_t s = 0; s < mean.size(); ++s) mean[s] += 1 / static_cast<double>(metric[s]);
  for (double& value : mean) value /= static_cast<double>(ranks_by_metric.size());
  return mean;
}

}  // namespace an::evaluation
