// SPDX-License-Identifier: MIT
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace an {

/// While it lives, this thread's processor (an x86-64 one) takes numbers for zeros that are too small to have all their
/// digits: below 2^-126 in float32, 2^-1022 in double. Arithmetic with them is a hundred times slower than with others
/// on many processors, and sums of larger numbers do not feel them.
class SmallNumbersAreZeros {
 public:
  SmallNumbersAreZeros() = default;
  SmallNumbersAreZeros(const SmallNumbersAreZeros&) = delete;
  SmallNumbersAreZeros& operator=(const SmallNumbersAreZeros&) = delete;
#if defined(__SSE2__)
  ~SmallNumbersAreZeros() { _mm_setcsr(before_); }

 private:
  static unsigned set() {
    constexpr unsigned results = 0x8000, operands = 0x0040;  // MXCSR: FTZ, DAZ
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | results | operands);
    return before;
  }
  unsigned before_ = set();
#endif
};

}  // namespace an
