// SPDX-License-Identifier: MIT
#pragma once

#include <numbers>

namespace an::segmentation {

/// What is wrong with positions.
struct LocalisationErrors {
  double noise;         ///< px, standard deviation an axis
  double overlapping;   ///< px, the same of a particle whose partner is nearer than a spot is wide
  double difference;    ///< px, of the difference of such partners' errors
  double log_missed;    ///< ln of the odds, a displacement, that a partner is not seen
  double excess;        ///< px², variance by which the noise of some particles is greater
  double strays;        ///< first guess of the probability, a displacement, that a track strays to another particle
  bool unsure = false;  ///< whether the noise is not known but estimated with the rest
};

/// Of the challenge's trajectories: independent errors.
inline LocalisationErrors independent_errors(double noise) {
  return {noise, noise, noise * std::numbers::sqrt2, -2.5, 0, 0};
}

/// Of tracked particles: partners' spots overlap, which makes their errors larger and opposite, or are taken for one;
/// now and then a track goes on with another particle.
inline LocalisationErrors tracking_errors(double noise, double overlapping) {
  return {noise, overlapping, 2 * overlapping, -2, 0.5 * noise * noise, 0.003};
}

}  // namespace an::segmentation
