// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace an::kernels::onednn {

/// A number of 16 bits: the upper half of a float32, rounded to nearest even.
class BFloat16 {
 public:
  BFloat16() = default;
  explicit BFloat16(float value) : bits_(rounded(std::bit_cast<std::uint32_t>(value))) {}
  explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16); }

 private:
  // Without a branch, so that loops are vectorised; what is not a number stays none.
  static std::uint16_t rounded(std::uint32_t bits) {
    const std::uint32_t nearest = bits + 0x7FFFU + ((bits >> 16) & 1U);
    const bool number = (bits & 0x7FFFFFFFU) <= 0x7F800000U;
    return static_cast<std::uint16_t>((number ? nearest : bits | 0x00400000U) >> 16);
  }

  std::uint16_t bits_ = 0;
};

}  // namespace an::kernels::onednn
