// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace an::fuzz {

/// Stops the fuzzer, which then keeps the input.
inline void require(bool condition) {
  if (!condition) std::abort();
}

/// Equal to the last bit, or both NaN.
inline bool same_value(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

inline bool same_values(std::span<const double> a, std::span<const double> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_value);
}

}  // namespace an::fuzz
