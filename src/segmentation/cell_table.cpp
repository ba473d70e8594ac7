// SPDX-License-Identifier: MIT
#include "segmentation/cell_table.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "segmentation/whitening.hpp"

namespace an::segmentation {

using kernels::cell_lanes;
using kernels::longest_order;
using kernels::most_rows;
using kernels::whitening_order;

namespace {

bool is_slow(const Cell& cell, double noise) { return cell.k < 0.5 * noise * noise; }

// Whether a good part of a state's particles move so slowly that noise hides it for many displacements.
bool is_slow(const std::vector<Cell>& state, double noise) {
  constexpr double good_part = 0.4;
  double share = 0;
  for (const Cell& cell : state) share += is_slow(cell, noise) ? cell.share : 0;
  return share > good_part;
}

}  // namespace

CellTable::CellTable(const std::vector<std::vector<Cell>>& states, const std::vector<double>& noise,
                     bool may_remember_long) {
  for (const std::vector<Cell>& state : states) {
    cells_.insert(cells_.end(), state.begin(), state.end());
    while (cells_.size() % cell_lanes != 0) cells_.push_back({state.back().alpha, state.back().k, 0});
    begin_.push_back(cells_.size());
  }
  prior_.resize(cells_.size());
  reflection_.resize(cells_.size() * longest_order);
  precision_.resize(cells_.size() * most_rows);
  log_norm_.resize(cells_.size() * most_rows);
  order_.assign(groups(), whitening_order);
  std::size_t state = 0;
  bool remembers_long = may_remember_long && is_slow(states[0], noise[0]);
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    if (c == begin_[state + 1]) {
      ++state;
      remembers_long = may_remember_long && is_slow(states[state], noise[state]);
    }
    prior_[c] = static_cast<float>(cells_[c].share);
    const std::size_t group = c / cell_lanes;
    const std::size_t lane = c % cell_lanes;
    const double s = noise[state];
    const std::size_t order = remembers_long && is_slow(cells_[c], s) ? longest_order : whitening_order;
    const Whitening w = whiten(displacement_covariance(cells_[c].alpha, cells_[c].k, s, order + 1));
    order_[group] = std::max(order_[group], order);
    for (std::size_t m = 0; m < order; ++m)
      reflection_[(group * longest_order + m) * cell_lanes + lane] = static_cast<float>(w.reflection[m]);
    for (std::size_t m = 0; m <= longest_order; ++m) {
      if (!kernels::has_row(m)) continue;
      const double variance = w.variance[std::min(m, order)];
      const std::size_t at = (group * most_rows + kernels::row_of(m, most_rows)) * cell_lanes + lane;
      precision_[at] = static_cast<float>(0.5 / variance);
      log_norm_[at] = static_cast<float>(-std::log(2 * std::numbers::pi * variance));
    }
  }
  if (std::count(order_.begin(), order_.end(), longest_order) > 0) rows_ = most_rows;
}

}  // namespace an::segmentation
