// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace an::evaluation {

/// Ranks of the values of one metric over submissions, from 1; equal values share the better rank, NaN comes last.
std::vector<std::size_t> ranks(std::span<const double> values, bool larger_is_better);

/// Mean reciprocal rank of each submission over the metrics of a task: (1/N) Σ 1/rank_i.
/// \param ranks_by_metric [metric][submission]
std::vector<double> mean_reciprocal_ranks(std::span<const std::vector<std::size_t>> ranks_by_metric);

}  // namespace an::evaluation
