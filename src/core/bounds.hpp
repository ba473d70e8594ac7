// SPDX-License-Identifier: MIT
#pragma once

namespace an {

/// The lowest and highest value of a quantity.
struct Bounds {
  double low;
  double high;
};

/// Where the challenge cuts alpha and K (px²/frame^alpha), in its simulations and in its scoring (andi-datasets 2.1.13,
/// `models_phenom.bounds_alpha` and `bounds_D`).
inline constexpr Bounds alpha_bounds{0, 1.999};
inline constexpr Bounds k_bounds{1e-12, 1e6};

}  // namespace an
