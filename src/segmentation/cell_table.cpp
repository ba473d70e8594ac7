// SPDX-License-Identifier: MIT
#include "segmentation/cell_table.hpp"

#include <cmath>
#include <numbers>

#include "segmentation/whitening.hpp"

namespace an::segmentation {

using kernels::cell_lanes;
using kernels::prediction_orders;
using kernels::whitening_order;

CellTable::CellTable(const std::vector<std::vector<Cell>>& states, const std::vector<double>& noise) {
  for (const std::vector<Cell>& state : states) {
    cells_.insert(cells_.end(), state.begin(), state.end());
    while (cells_.size() % cell_lanes != 0) cells_.push_back({state.back().alpha, state.back().k, 0});
    begin_.push_back(cells_.size());
  }
  prior_.resize(cells_.size());
  reflection_.resize(cells_.size() * whitening_order);
  precision_.resize(cells_.size() * prediction_orders);
  log_norm_.resize(cells_.size() * prediction_orders);
  std::size_t state = 0;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    if (c == begin_[state + 1]) ++state;
    prior_[c] = static_cast<float>(cells_[c].share);
    const std::size_t group = c / cell_lanes;
    const std::size_t lane = c % cell_lanes;
    const Whitening w = whiten(displacement_covariance(cells_[c].alpha, cells_[c].k, noise[state], prediction_orders));
    for (std::size_t m = 0; m < whitening_order; ++m)
      reflection_[(group * whitening_order + m) * cell_lanes + lane] = static_cast<float>(w.reflection[m]);
    for (std::size_t m = 0; m < prediction_orders; ++m) {
      const std::size_t at = (group * prediction_orders + m) * cell_lanes + lane;
      precision_[at] = static_cast<float>(0.5 / w.variance[m]);
      log_norm_[at] = static_cast<float>(-std::log(2 * std::numbers::pi * w.variance[m]));
    }
  }
}

}  // namespace an::segmentation
