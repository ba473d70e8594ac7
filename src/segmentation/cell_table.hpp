// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/segment_likelihood.hpp"
#include "segmentation/state_population.hpp"

namespace an::segmentation {

/// The cells of all states, ready for the likelihood kernels: filled up to whole groups with cells of share 0.
class CellTable {
 public:
  /// \param states cells of each state
  /// \param noise localisation noise in each state, px
  /// \param may_remember_long whether states slower than the noise are whitened with the longest order; not where
  /// different noises are compared, since what is slow would differ
  CellTable(const std::vector<std::vector<Cell>>& states, const std::vector<double>& noise,
            bool may_remember_long = true);

  std::size_t states() const { return begin_.size() - 1; }
  std::size_t size() const { return cells_.size(); }
  std::size_t groups() const { return cells_.size() / kernels::cell_lanes; }
  /// First cell of each state, and the end.
  const std::vector<std::size_t>& begin() const { return begin_; }
  std::span<const Cell> cells() const { return cells_; }
  std::span<const Cell> cells(std::size_t state) const {
    return std::span(cells_).subspan(begin_[state], begin_[state + 1] - begin_[state]);
  }
  std::span<const float> prior() const { return prior_; }
  const float* prior(std::size_t state) const { return prior_.data() + begin_[state]; }
  /// Of the tables of likelihoods.
  std::size_t rows() const { return rows_; }
  kernels::CellCoefficients coefficients() const {
    return {reflection_.data(), precision_.data(), log_norm_.data(), order_.data(), rows_};
  }

 private:
  std::vector<std::size_t> begin_{0};
  std::vector<Cell> cells_;
  std::vector<float> prior_, reflection_, precision_, log_norm_;
  std::vector<std::size_t> order_;
  std::size_t rows_ = kernels::usual_rows;
};

}  // namespace an::segmentation
