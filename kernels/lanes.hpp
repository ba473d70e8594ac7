// SPDX-License-Identifier: MIT
#pragma once

#include <Kokkos_Macros.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace an::kernels {

/// Numbers that kernels work on side by side: one vector register, or half a warp.
inline constexpr std::size_t lane_count = 16;

#if defined(__GNUC__) && !defined(__CUDACC__) && !defined(__HIPCC__) && !defined(AN_PLAIN_LANES)

// Compilers' vector types: short inner loops are unrolled by g++ 12 before it vectorises, to scalar code.
using Lanes = float __attribute__((vector_size(64)));
using IntegerLanes = std::int32_t __attribute__((vector_size(64)));

// Not lane by lane, which g++ 12 makes sixteen instructions of.
KOKKOS_FORCEINLINE_FUNCTION Lanes all_lanes(float value) { return value - Lanes{}; }
KOKKOS_FORCEINLINE_FUNCTION Lanes larger(const Lanes& a, const Lanes& b) { return a > b ? a : b; }
KOKKOS_FORCEINLINE_FUNCTION Lanes converted(const IntegerLanes& a) { return __builtin_convertvector(a, Lanes); }
KOKKOS_FORCEINLINE_FUNCTION Lanes float_of_bits(const IntegerLanes& a) { return reinterpret_cast<Lanes>(a); }
KOKKOS_FORCEINLINE_FUNCTION IntegerLanes bits_of_float(const Lanes& a) { return reinterpret_cast<IntegerLanes>(a); }

#else

template <class Value>
struct PlainLanes {
  Value lane[lane_count];

  KOKKOS_FORCEINLINE_FUNCTION Value& operator[](std::size_t i) { return lane[i]; }
  KOKKOS_FORCEINLINE_FUNCTION Value operator[](std::size_t i) const { return lane[i]; }
};
using Lanes = PlainLanes<float>;
using IntegerLanes = PlainLanes<std::int32_t>;

#define AN_LANES_OPERATOR(op)                                                                                  \
  template <class Value>                                                                                       \
  KOKKOS_FORCEINLINE_FUNCTION PlainLanes<Value> operator op(PlainLanes<Value> a, const PlainLanes<Value>& b) { \
    for (std::size_t i = 0; i < lane_count; ++i) a[i] = static_cast<Value>(a[i] op b[i]);                      \
    return a;                                                                                                  \
  }                                                                                                            \
  template <class Value>                                                                                       \
  KOKKOS_FORCEINLINE_FUNCTION PlainLanes<Value> operator op(PlainLanes<Value> a, Value b) {                    \
    for (std::size_t i = 0; i < lane_count; ++i) a[i] = static_cast<Value>(a[i] op b);                         \
    return a;                                                                                                  \
  }
AN_LANES_OPERATOR(+)
AN_LANES_OPERATOR(-)
AN_LANES_OPERATOR(*)
#undef AN_LANES_OPERATOR
KOKKOS_FORCEINLINE_FUNCTION IntegerLanes operator<<(IntegerLanes a, int b) {
  for (std::size_t i = 0; i < lane_count; ++i) a[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(a[i]) << b);
  return a;
}
KOKKOS_FORCEINLINE_FUNCTION IntegerLanes operator>>(IntegerLanes a, int b) {
  for (std::size_t i = 0; i < lane_count; ++i) a[i] >>= b;
  return a;
}
KOKKOS_FORCEINLINE_FUNCTION Lanes all_lanes(float value) {
  Lanes out;
  for (std::size_t i = 0; i < lane_count; ++i) out[i] = value;
  return out;
}
KOKKOS_FORCEINLINE_FUNCTION Lanes larger(Lanes a, const Lanes& b) {
  for (std::size_t i = 0; i < lane_count; ++i) a[i] = a[i] > b[i] ? a[i] : b[i];
  return a;
}
KOKKOS_FORCEINLINE_FUNCTION Lanes converted(const IntegerLanes& a) {
  Lanes out;
  for (std::size_t i = 0; i < lane_count; ++i) out[i] = static_cast<float>(a[i]);
  return out;
}
KOKKOS_FORCEINLINE_FUNCTION Lanes float_of_bits(const IntegerLanes& a) {
  Lanes out;
  std::memcpy(&out, &a, sizeof out);
  return out;
}
KOKKOS_FORCEINLINE_FUNCTION IntegerLanes bits_of_float(const Lanes& a) {
  IntegerLanes out;
  std::memcpy(&out, &a, sizeof out);
  return out;
}

#endif

KOKKOS_FORCEINLINE_FUNCTION Lanes load(const float* from) {
  Lanes out;
  std::memcpy(&out, from, sizeof out);
  return out;
}
KOKKOS_FORCEINLINE_FUNCTION void store(float* to, const Lanes& value) { std::memcpy(to, &value, sizeof value); }

/// Sum over the lanes, by halves: the same rounding everywhere.
KOKKOS_FORCEINLINE_FUNCTION float sum_of(const Lanes& value) {
  float lane[lane_count];
  std::memcpy(lane, &value, sizeof lane);
#if defined(__GNUC__) && !defined(__CUDACC__) && !defined(__HIPCC__) && !defined(AN_PLAIN_LANES)
  using Eight = float __attribute__((vector_size(32)));
  using Four = float __attribute__((vector_size(16)));
  Eight low8;
  Eight high8;
  std::memcpy(&low8, lane, sizeof low8);
  std::memcpy(&high8, lane + 8, sizeof high8);
  low8 += high8;
  Four low4;
  Four high4;
  std::memcpy(&low4, &low8, sizeof low4);
  std::memcpy(&high4, reinterpret_cast<const char*>(&low8) + sizeof high4, sizeof high4);
  low4 += high4;
  return (low4[0] + low4[2]) + (low4[1] + low4[3]);
#else
  for (std::size_t half = lane_count / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
#endif
}

/// Lane k is the sum over the lanes of value[k], each by halves as sum_of has it.
KOKKOS_FORCEINLINE_FUNCTION Lanes sums_of(const Lanes (&value)[lane_count]) {
#if defined(__GNUC__) && !defined(__CUDACC__) && !defined(__HIPCC__) && !defined(AN_PLAIN_LANES)
  // Each step adds halves and puts two vectors of sums in the place of one.
  Lanes eights[8], fours[4], twos[2];
  for (int i = 0; i < 8; ++i) {
    const Lanes& a = value[i];
    const Lanes& b = value[i + 8];
    eights[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
                __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  for (int i = 0; i < 4; ++i) {
    const Lanes& a = eights[i];
    const Lanes& b = eights[i + 4];
    fours[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
               __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  for (int i = 0; i < 2; ++i) {
    const Lanes& a = fours[i];
    const Lanes& b = fours[i + 2];
    twos[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
              __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  return __builtin_shufflevector(twos[0], twos[1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
         __builtin_shufflevector(twos[0], twos[1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
#else
  Lanes out;
  for (std::size_t k = 0; k < lane_count; ++k) out[k] = sum_of(value[k]);
  return out;
#endif
}

/// Greatest of the lanes.
KOKKOS_FORCEINLINE_FUNCTION float greatest_of(const Lanes& value) {
#if defined(__GNUC__) && !defined(__CUDACC__) && !defined(__HIPCC__) && !defined(AN_PLAIN_LANES)
  Lanes top = value;
  top = larger(top, __builtin_shufflevector(top, top, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  top = larger(top, __builtin_shufflevector(top, top, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  top = larger(top, __builtin_shufflevector(top, top, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  return top[0] < top[1] ? top[1] : top[0];
#else
  float greatest = value[0];
  for (std::size_t i = 1; i < lane_count; ++i) greatest = greatest < value[i] ? value[i] : greatest;
  return greatest;
#endif
}

/// Least of the lanes.
KOKKOS_FORCEINLINE_FUNCTION float least_of(const Lanes& value) { return -greatest_of(all_lanes(0) - value); }

/// exp(x) for -87 < x <= 0, to 2e-7 + 1e-7 |x| relative, about what x is rounded by: 2^(x / ln 2), of which the whole
/// part goes into the exponent, the rest into a polynomial (minimax, exact at 0).
KOKKOS_FORCEINLINE_FUNCTION Lanes exp_of_negative(const Lanes& x) {
  constexpr float rounder = 0x1.8p23F;  // numbers near it have no fraction; their last bits are those of the integer
  const Lanes y = x * 1.44269504F;
  const Lanes rounded = y + rounder;
  const Lanes rest = y - (rounded - rounder);
  Lanes sum = rest * 1.55946778e-4F + 1.34066434e-3F;
  sum = sum * rest + 9.61769279e-3F;
  sum = sum * rest + 5.55031039e-2F;
  sum = sum * rest + 2.40226522e-1F;
  sum = sum * rest + 6.93147242e-1F;
  sum = sum * rest + 1.0F;
  return float_of_bits(bits_of_float(sum) + (bits_of_float(rounded) << 23));
}

/// Takes the powers of two out of normal numbers x > 0: they are left between 1/sqrt 2 and sqrt 2.
/// \returns the exponents
KOKKOS_FORCEINLINE_FUNCTION IntegerLanes take_exponent(Lanes& x) {
  const IntegerLanes bits = bits_of_float(x);
  const IntegerLanes exponent = (bits - 0x3f3504f3) >> 23;
  x = float_of_bits(bits - (exponent << 23));
  return exponent;
}

/// ln (x 2^exponent) to 1e-7 for normal numbers x > 0.
KOKKOS_FORCEINLINE_FUNCTION Lanes log_of_positive(Lanes x, const IntegerLanes& exponent) {
  const Lanes power = converted(take_exponent(x) + exponent);
  const Lanes m = x - 1.0F;
  Lanes sum = m * 7.0376836292e-2F - 1.1514610310e-1F;
  sum = sum * m + 1.1676998740e-1F;
  sum = sum * m - 1.2420140846e-1F;
  sum = sum * m + 1.4249322787e-1F;
  sum = sum * m - 1.6668057665e-1F;
  sum = sum * m + 2.0000714765e-1F;
  sum = sum * m - 2.4999993993e-1F;
  sum = sum * m + 3.3333331174e-1F;
  const Lanes square = m * m;
  return (m + (sum * m * square + power * -2.12194440e-4F - square * 0.5F)) + power * 0.693359375F;
}

/// ln x of the same.
KOKKOS_FORCEINLINE_FUNCTION Lanes log_of_positive(const Lanes& x) { return log_of_positive(x, IntegerLanes{}); }

}  // namespace an::kernels
