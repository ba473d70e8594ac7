// SPDX-License-Identifier: MIT
#pragma once

#include "core/bounds.hpp"
#include "core/random.hpp"

namespace an::simulation {

/// How a parameter of a simulation is drawn.
struct Distribution {
  enum class Kind { fixed, normal, uniform, log_uniform };
  Kind kind = Kind::fixed;
  double a = 0;               ///< value, mean, or lower end
  double b = 0;               ///< variance (not sd), or upper end
  Bounds cut{-1e308, 1e308};  ///< normal only: truncated to this interval (by its mass, values are not moved)

  static Distribution fixed(double value) { return {Kind::fixed, value, 0, {}}; }
  static Distribution normal(double mean, double variance, Bounds cut) { return {Kind::normal, mean, variance, cut}; }
  static Distribution uniform(double low, double high) { return {Kind::uniform, low, high, {}}; }
  static Distribution log_uniform(double low, double high) { return {Kind::log_uniform, low, high, {}}; }

  /// Value below which the share `p` of the values lies. \param p in (0, 1)
  double quantile(double p) const;
  /// One value; takes exactly one uniform number, also where the value is fixed.
  double draw(Random& random) const { return quantile(random.uniform()); }

  /// Mean and variance as the challenge's ensemble files give them: of a normal distribution those before truncation.
  double mean() const;
  double variance() const;
  /// Smallest and largest value there can be.
  Bounds range() const;
};

/// Inverse of the standard normal distribution function (Wichura, algorithm AS 241, 1988; 1e-15 relative).
/// \param p in (0, 1)
double normal_quantile(double p);

}  // namespace an::simulation
