// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/bounds.hpp"

namespace an::evaluation {

/// A mode of a distribution of alpha or K: a normal distribution cut to an interval.
struct Mode {
  double mean;
  double variance;
  double weight;
};

/// Variances below this are raised to it.
inline constexpr double smallest_variance = 1e-9;

/// ln Φ(x), the logarithm of the standard normal distribution function; accurate in both tails.
double log_normal_cdf(double x);

/// ln(Φ(b) - Φ(a)): the logarithm of the mass of a standard normal distribution between a < b; accurate in both tails.
double log_normal_mass(double a, double b);

/// Adds the modes' weighted densities at x, in the given bounds, to `density` (zero outside of them).
/// Parameters that are no finite numbers give NaN. \pre x lies in the bounds
void add_mixture_density(std::span<const double> x, std::span<const Mode> modes, Bounds bounds,
                         std::span<double> density);

/// The same for ascending x, without looking whether it is.
void add_mixture_density_ascending(std::span<const double> x, std::span<const Mode> modes, Bounds bounds,
                                   std::span<double> density);

/// The same for an evenly spaced, ascending grid, several times as fast (to 1e-14 relative).
void add_mixture_density_evenly(std::span<const double> x, std::span<const Mode> modes, Bounds bounds,
                                std::span<double> density);

/// Grid points of the official scorer: numpy's `linspace(low, high, size)`.
std::vector<double> linear_grid(double low, double high, std::size_t size);
/// numpy's `logspace(low, high, size)`: 10**linspace(low, high, size), to 1 ulp or so.
std::vector<double> logarithmic_grid(double low_exponent, double high_exponent, std::size_t size);

}  // namespace an::evaluation
