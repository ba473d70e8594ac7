// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/bounds.hpp"

namespace an::segmentation {

inline constexpr double directed_from = 1.9;  ///< alpha from which motion is called directed

/// How alpha and K of one diffusive state are spread over particles: each a normal distribution cut to the challenge's
/// bounds, alpha in [0, 1.999] and K in [1e-12, 1e6] px²/frame^alpha. The means and deviations are those of the normal
/// distributions before the cut, as in the challenge's ensemble files.
struct StatePopulation {
  double alpha_mean = 1;
  double alpha_sd = 0.1;
  double k_mean = 1;
  double k_sd = 0.1;
  bool immobile = false;  ///< does not move at all; alpha and K are 0, k_sd the excess of the errors' variance, px²
  bool broad = false;     ///< alpha even over [0, 2], ln K even over six decades, whatever the means and deviations
  bool stray = false;     ///< steps that belong to no state of a particle; all with alpha_mean and k_mean

  /// Whether there is nothing to fit.
  bool is_fixed() const { return immobile || broad || stray; }
};

/// A point of a state's population and its share.
struct Cell {
  double alpha, k, share;
};

/// A distribution in pieces, each a part of a normal one.
class PiecewiseNormal {
 public:
  /// Adds the part in [low, high] of a normal distribution; all of it is at `low` where that is `high`.
  void add(double weight, double low, double high, double mean, double sd);
  bool is_empty() const { return pieces_.empty(); }
  /// \pre not empty
  double quantile(double share) const;

 private:
  struct Piece {
    double weight, low, high, mean, sd;
  };

  std::vector<Piece> pieces_;
  double total_ = 0;
};

/// A population as a grid of cells fine enough for the precision of one trajectory.
class PopulationGrid {
 public:
  /// \param noise localisation noise in px: a K far below its square is not told apart from smaller ones
  PopulationGrid(const StatePopulation& population, double noise);

  /// Shares sum to 1.
  const std::vector<Cell>& cells() const { return cells_; }
  /// Adds a posterior over the cells to the distributions of alpha and K: within a cell's bounds it is as the
  /// population. \param posterior more cells than the grid's are not looked at
  void add_to(PiecewiseNormal& alpha, PiecewiseNormal& k, std::span<const double> posterior, double weight) const;
  /// Shares of another population in the same cells; those of `immobile` and `broad` ones do not change.
  std::vector<double> shares(const StatePopulation& population) const;

 private:
  std::vector<Cell> cells_;
  StatePopulation population_;
  std::vector<double> alpha_edges_, k_edges_;
  std::vector<std::pair<std::size_t, std::size_t>> bins_;  // of each cell: alpha, K
};

/// Cells all over the plausible range of alpha and ln K, with an immobile one; shares are even but for the immobile
/// cell's. \param immobile_share of the immobile cell \param k_count values of K \param fastest K, px²: above the usual
/// ones as many more as come up to it
std::vector<Cell> general_cells(double immobile_share, int k_count = 17, double fastest = 0);

/// Mean and variance over particles.
struct Moments {
  double mean, variance;
};

/// Moments of a normal distribution that is cut to the bounds.
Moments cut_moments(double mean, double sd, const Bounds& bounds);

/// The normal distribution that, cut to the bounds, has these moments: its maximum-likelihood fit among those whose
/// mean lies within them. The deviation is bounded, for flat samples. \returns mean and standard deviation
std::pair<double, double> fit_cut_normal(const Moments& moments, const Bounds& bounds, double smallest_sd);

}  // namespace an::segmentation
