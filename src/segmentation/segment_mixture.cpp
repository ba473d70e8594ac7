// SPDX-License-Identifier: MIT
#include "segmentation/segment_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/bounds.hpp"

namespace an::segmentation {

namespace {

// An estimate and the interval of the values, wide enough to hold it.
Estimate held(double value, const PiecewiseNormal& values) {
  return {value, std::min(value, values.quantile(0.05)), std::max(value, values.quantile(0.95))};
}

}  // namespace

void SegmentMixture::add(std::size_t state, const PopulationGrid& grid, std::span<const double> posterior,
                         double share) {
  grid.add_to(alpha_, k_, posterior, share);
  const std::vector<Cell>& cells = grid.cells();
  for (std::size_t c = 0; c < std::min(cells.size(), posterior.size()); ++c) {
    const double weight = share * posterior[c];
    if (!(weight > 0)) continue;
    total_ += weight;
    const bool moves = !model_.states[state].immobile;
    log_k_ += moves ? weight * std::log1p(cells[c].k) : 0;
    const DiffusiveState diffusive = model_.states[state].immobile     ? DiffusiveState::immobile
                                     : model_.confined == state        ? DiffusiveState::confined
                                     : cells[c].alpha >= directed_from ? DiffusiveState::directed
                                                                       : DiffusiveState::free;
    states_[static_cast<std::size_t>(diffusive)] += weight;
  }
}

InferredSegment SegmentMixture::segment() const {
  const auto likeliest = std::max_element(states_.begin(), states_.end());
  return {0,
          {alpha_.quantile(0.5), alpha_.quantile(0.05), alpha_.quantile(0.95)},
          held(std::min(std::expm1(log_k_ / total_), k_bounds.high), k_),
          static_cast<DiffusiveState>(likeliest - states_.begin()),
          *likeliest / total_,
          1};
}

void SegmentMixture::widen(InferredSegment& segment) const {
  segment.alpha = held(segment.alpha.value, alpha_);
  segment.k = held(segment.k.value, k_);
}

}  // namespace an::segmentation
