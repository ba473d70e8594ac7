// SPDX-License-Identifier: MIT
#include "core/point_spread.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

namespace an {

namespace {

template <class Profile>
PointSpread pattern(std::size_t reach, Profile profile) {
  PointSpread spread{reach, {}};
  const auto r = static_cast<std::ptrdiff_t>(reach);
  for (std::ptrdiff_t i = -r; i <= r; ++i)
    for (std::ptrdiff_t j = -r; j <= r; ++j) spread.values.push_back(static_cast<float>(profile(std::hypot(i, j))));
  return spread;
}

double wave_number(const Optics& optics) {
  return 2 * std::numbers::pi * optics.numerical_aperture * optics.pixel_size_nm / optics.wavelength_nm;
}

}  // namespace

double PointSpread::sum() const { return std::accumulate(values.begin(), values.end(), 0.0); }

PointSpread airy_pattern(const Optics& optics, std::size_t reach) {
  const double k = wave_number(optics);
  return pattern(reach, [k](double r) {
    const double amplitude = r == 0 ? 1 : 2 * ::j1(k * r) / (k * r);
    return peak_per_photon * amplitude * amplitude;
  });
}

PointSpread defocused_pattern(const Optics& optics, std::size_t reach, double defocus_nm) {
  constexpr int steps = 48;
  const double k = wave_number(optics);
  const double psi = std::numbers::pi * optics.numerical_aperture * optics.numerical_aperture * defocus_nm /
                     (optics.wavelength_nm * optics.refractive_index);
  PointSpread spread = pattern(reach, [&](double r) {
    double real = 0;
    double imaginary = 0;
    for (int i = 0; i < steps; ++i) {  // midpoints
      const double rho = (i + 0.5) / steps;
      const double weight = 2 * ::j0(k * r * rho) * rho / steps;
      real += weight * std::cos(psi * rho * rho);
      imaginary += weight * std::sin(psi * rho * rho);
    }
    return real * real + imaginary * imaginary;
  });
  const double scale = airy_pattern(optics, reach).sum() / spread.sum();
  for (float& value : spread.values) value *= static_cast<float>(scale);
  return spread;
}

}  // namespace an
