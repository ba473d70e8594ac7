// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace an {

/// The microscope that videos are taken with; the challenge's values.
struct Optics {
  double numerical_aperture = 1.46;
  double wavelength_nm = 500;
  double pixel_size_nm = 100;
  double refractive_index = 1.518;  ///< of the immersion: matters out of focus only
};

/// Light of a point at whole-pixel offsets from it, for a brightness of 1.
struct PointSpread {
  std::size_t reach = 0;      ///< offsets go from -reach to reach
  std::vector<float> values;  ///< (2 reach + 1)², row by row

  double at(std::ptrdiff_t row, std::ptrdiff_t column) const {
    const auto r = static_cast<std::ptrdiff_t>(reach);
    return static_cast<double>(values[static_cast<std::size_t>((row + r) * (2 * r + 1) + column + r)]);
  }
  double sum() const;
};

/// Peak of the challenge's point spread function for a brightness of 1 photon.
inline constexpr double peak_per_photon = 0.5550;

/// Airy pattern (2 J1(kr)/kr)², k = 2π NA / λ (Born and Wolf, Principles of Optics, 8.5.2), times peak_per_photon.
/// \param reach px
PointSpread airy_pattern(const Optics& optics, std::size_t reach);

/// The same out of focus: |2 ∫₀¹ J0(krρ) exp(iψρ²) ρ dρ|², ψ = π NA² z / (λ n) (Born and Wolf, 8.8), with the light of
/// the pattern in focus.
PointSpread defocused_pattern(const Optics& optics, std::size_t reach, double defocus_nm);

}  // namespace an
