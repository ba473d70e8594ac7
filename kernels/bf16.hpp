// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/bilinear.hpp"

namespace an::kernels {

/// bfloat16 as it is stored: the upper half of a float, rounded to nearest, ties to even. Reckoned with as float.
struct Bf16 {
  std::uint16_t bits = 0;

  Bf16() = default;
  AN_HOST_DEVICE explicit Bf16(float value) {
#if defined(__CUDA_ARCH__)
    const std::uint32_t word = __float_as_uint(value);
#else
    const auto word = std::bit_cast<std::uint32_t>(value);
#endif
    // Without a branch, so that loops are vectorised; what is not a number stays none.
    const std::uint32_t nearest = word + 0x7fffU + ((word >> 16U) & 1U);
    const bool number = (word & 0x7fffffffU) <= 0x7f800000U;
    bits = static_cast<std::uint16_t>((number ? nearest : word | 0x400000U) >> 16U);
  }
  AN_HOST_DEVICE explicit operator float() const {
    const std::uint32_t word = static_cast<std::uint32_t>(bits) << 16U;
#if defined(__CUDA_ARCH__)
    return __uint_as_float(word);
#else
    return std::bit_cast<float>(word);
#endif
  }
};

}  // namespace an::kernels
