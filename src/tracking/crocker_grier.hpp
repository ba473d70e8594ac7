// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/frame.hpp"

namespace an::tracking {

/// How grey values are normalised, frame by frame, before anything else.
enum class Normalisation {
  none,
  mad,    ///< (f - median) / (1.4826 median |f - median|)
  zscore  ///< (f - mean) / standard deviation over the frame's pixels
};

/// What a border around the frame is filled with.
enum class BorderFill { zero, median, reflect };

/// Localisation of Crocker and Grier (J. Colloid Interface Sci. 179, 1996) with the parameters of trackpy 0.7's
/// `locate`.
struct CrockerGrierParameters {
  std::size_t diameter = 3;        ///< of a feature, px, odd
  double minmass = 13;             ///< features of this mass or less are left out
  double separation = 2.6;         ///< px between features
  double noise_size = 0;           ///< sigma of the low-pass, px; 0: none
  std::size_t smoothing_size = 3;  ///< of the boxcar mean that is subtracted, px, odd
  double percentile = 64;          ///< of the pixels that are not 0; maxima are above
  bool preprocess = true;          ///< whether to subtract the background at all
  bool invert = false;             ///< dark features on light ground
  Normalisation normalisation = Normalisation::mad;
  std::size_t border = 5;  ///< px added on each side
  BorderFill border_fill = BorderFill::zero;
};

/// One localised feature; the columns of trackpy's table.
struct Feature {
  double y = 0, x = 0;  ///< row and column, px; a pixel's centre is whole
  double mass = 0;      ///< sum of the filtered values
  double size = 0;      ///< radius of gyration, px
  double ecc = 0;       ///< eccentricity
  double signal = 0;    ///< highest filtered value
  double raw_mass = 0;  ///< sum of the values before filtering
  double ep = 0;        ///< static error of the position, px (Savin and Doyle, Biophys. J. 88, 2005)
};

/// Localises features frame by frame; keeps its memory from frame to frame.
class CrockerGrier {
 public:
  /// \throws ConfigError for parameters that do not go together
  explicit CrockerGrier(const CrockerGrierParameters& parameters);
  ~CrockerGrier();
  CrockerGrier(CrockerGrier&&) noexcept;
  CrockerGrier& operator=(CrockerGrier&&) noexcept;

  /// Features in the order of their rows, then columns, before refinement.
  std::vector<Feature> locate(const Frame& frame);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace an::tracking
