// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "core/random.hpp"

namespace an::simulation {

/// A displacement of one frame; z is used by three-dimensional motion only.
using Displacement = std::array<double, 3>;

/// Covariance of two displacements `lag` frames apart, per axis, for K = 1: |k+1|^α − 2|k|^α + |k−1|^α; the variance
/// (lag 0) is 2, the mean squared displacement 2 K t^α (Mandelbrot and van Ness, 1968).
double displacement_covariance(double alpha, std::size_t lag);

/// Eigenvalues of the circulant matrix that holds the correlations of 2(m−1) displacements: m distinct ones, clamped to
/// at least 0. \param m 2^i + 1 (or 2)
std::vector<double> circulant_eigenvalues(double alpha, std::size_t m);

/// Half size m of the circulant that the challenge's package takes for n >= 2 displacements.
std::size_t circulant_half_size(std::size_t n);

/// n exact displacements of one axis from 2m standard normal numbers by circulant embedding (Davies and Harte, 1987).
/// \param normals real and imaginary parts of the m frequencies, m = circulant_half_size(n); of alpha = 1 the n
/// displacements' own
std::vector<double> circulant_displacements(double alpha, double k, std::size_t n, std::span<const double> normals);

/// Displacements of one block of fractional Gaussian noise, made as they are asked for.
///
/// Each is drawn given all before it (Durbin–Levinson recursion, exact), so that a block that ends early costs only
/// what was used of it: n²/2 steps for n displacements. After 640 the rest is made at once, by circulant embedding
/// given those before it, and a longer block that is used to its end is made so as a whole.
class FractionalNoise {
 public:
  /// Begins a new block. \param alpha in (0, 2) \param k at least 0, px²/frame^α per axis and half \param longest how
  /// many displacements may be asked for \param axes 2 or 3, independent of each other \param whole whether all of them
  /// will be
  void start(double alpha, double k, std::size_t longest, std::size_t axes, bool whole = false);
  /// The next displacement. \pre fewer than `longest` were taken
  Displacement next(Random& random);

 private:
  void make_the_rest(Random& random);
  void advance();
  double& past(std::size_t axis, std::size_t n) { return past_[axis * longest_ + (longest_ - 1 - n)]; }

  double alpha_ = 1, scale_ = 0;
  std::size_t longest_ = 0, axes_ = 2, taken_ = 0;
  std::size_t recursion_ = 0;             // displacements that are drawn one by one
  double innovation_ = 1;                 // variance of the next displacement given all before it, over its variance
  double power_below_ = 0, power_ = 1;    // (taken_-1)^alpha and taken_^alpha
  std::vector<double> weights_;           // of the displacements before, the latest first
  std::vector<double> reversed_weights_;  // the same, the latest last, at the end of the array
  std::vector<double> correlations_;      // at lag i+1 at size-1-i: as the displacements before
  std::vector<double> past_;  // the displacements before, in units of their sd, the latest first, an axis each
};

}  // namespace an::simulation
