// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/point_spread.hpp"

namespace an::tracking {

/// Light of one photon's spot around its centre, sampled `per_pixel` times a pixel, to be interpolated linearly.
struct ShapeTable {
  int reach = 0;  ///< px
  int per_pixel = 1;
  std::vector<float> samples;  ///< side()², row by row

  int side() const { return 2 * reach * per_pixel + 1; }
  /// The spot as pixel (row, column) sees it when its centre is at (y, x).
  double at(double row, double column, double y, double x) const;
  /// Sum over all pixels.
  double light() const;
  /// Profile of the spot through its centre, averaged over where in a pixel the centre lies: a matched filter's taps
  /// from the centre outwards, with a sum of 1 over both sides.
  std::vector<double> mean_profile() const;
  /// What a filter of these taps, along rows and columns, answers to one photon, averaged as above.
  double answer_to(const double* taps, std::size_t reach) const;
};

/// The challenge's spot: an Airy pattern at whole offsets, shared by the four pixels around the point.
ShapeTable airy_table(const Optics& optics);

/// A normal distribution of this standard deviation, integrated over the pixels, of unit height. \param sigma px
ShapeTable gaussian_table(double sigma);

/// The profile of round spots from pixels around many of them.
class RadialProfile {
 public:
  /// \param reach px
  explicit RadialProfile(int reach);
  /// A pixel. \param distance from the spot's centre, px \param light without background \param photons of the spot
  void add(double distance, double light, double photons);
  /// The mean profile as a table of unit height; nothing while there are pixels missing.
  std::optional<ShapeTable> table() const;

 private:
  int reach_;
  std::vector<double> light_, photons_;
};

}  // namespace an::tracking
