// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/frame.hpp"
#include "core/point_spread.hpp"

namespace an::tracking {

/// What a point looks like.
enum class SpotKind {
  airy,  ///< as the challenge renders it: an Airy pattern at whole offsets, shared by the four pixels around the point
  gaussian,  ///< a normal distribution over the pixels' areas
  estimated  ///< learnt from isolated spots of the video, beginning with the normal distribution
};

/// How particles are found by their likelihood.
struct SpotDetectorParameters {
  SpotKind spot = SpotKind::airy;
  Optics optics;
  double spot_sigma = 1.0;       ///< px, of the normal distribution
  double threshold = 4.5;        ///< standard deviations of the matched filter above noise
  double evidence = 7;           ///< log-likelihood that one more particle has to bring
  double background = 0;         ///< photons a pixel, where known; 0: from the noise
  bool brightness_prior = true;  ///< use the video's distribution of brightness to tell one particle from two
};

/// One localised particle.
struct Localisation {
  double y = 0, x = 0;        ///< row and column, px; a pixel's centre is whole
  double photons = 0;         ///< peak photons for a point on a pixel, divided by the PSF's peak
  double sd_y = 0, sd_x = 0;  ///< Cramér–Rao bounds, px
  double sd_photons = 0;      ///< of a measurement that knows nothing of the other particles' brightness
  double score = 0;           ///< photons in standard deviations of them
  bool joint = false;         ///< fitted together with others that overlap
};

/// Localises particles frame by frame: matched filter, subtraction and search of what remains, joint Poisson
/// maximum-likelihood fit, one particle or two by evidence.
class SpotDetector {
 public:
  explicit SpotDetector(const SpotDetectorParameters& parameters);
  ~SpotDetector();
  SpotDetector(SpotDetector&&) noexcept;
  SpotDetector& operator=(SpotDetector&&) noexcept;

  /// Learns background, brightness and (if asked for) the shape of spots from some frames of the video.
  void calibrate(std::span<const Frame> sample);
  std::vector<Localisation> locate(const Frame& frame);

  /// Mean and standard deviation over particles of the brightness; 0 before calibration or where nothing was found.
  double brightness() const;
  double brightness_sd() const;
  /// Light of a whole spot, and of its brightest pixel when it lies on one, for one of Localisation::photons.
  double light_per_photon() const;
  double peak_per_photon() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace an::tracking
