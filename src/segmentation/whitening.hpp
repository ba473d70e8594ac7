// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "kernels/segment_likelihood.hpp"

namespace an::segmentation {

/// Autocovariance of the displacements of one axis at lags 0 … lags - 1: fractional Gaussian noise, and the difference
/// of white localisation noise. r_k = K (|k+1|^alpha - 2 |k|^alpha + |k-1|^alpha) + noise² (2 [k = 0] - [k = 1]).
std::vector<double> displacement_covariance(double alpha, double k, double noise, std::size_t lags);

/// Lattice filter that whitens displacements.
struct Whitening {
  std::vector<double> reflection;  ///< of orders 1, 2, …
  std::vector<double> variance;    ///< of the prediction error from 0, 1, … displacements
};

/// Levinson and Durbin's recursion. \param covariance at lags 0 … the greatest order, positive definite
Whitening whiten(std::span<const double> covariance);

/// ln likelihood of each displacement given those before it. \param surprise a displacement so many squared deviations
/// from what was expected is of another motion: the next ones are predicted from those after it alone
std::vector<double> predicted_log_likelihoods(std::span<const float> dx, std::span<const float> dy,
                                              const Whitening& whitening,
                                              double surprise = std::numeric_limits<double>::infinity());

}  // namespace an::segmentation
