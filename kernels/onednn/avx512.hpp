// SPDX-License-Identifier: MIT
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstddef>
#include <utility>

#include "kernels/bf16.hpp"

/// Before a function that needs AVX-512 (and, with bfloat16, its dot products), whatever the rest is compiled for.
#define AN_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define AN_AVX512_INLINE AN_AVX512 __attribute__((always_inline)) inline

/// Sixteen channels at once, held as float32; in memory they are float32 or bfloat16.
namespace an::kernels::onednn {

inline constexpr std::size_t lanes = 16;

/// Whether this machine has what float32 needs of it, and the library uses it, too: not where ONEDNN_MAX_CPU_ISA
/// forbids it. Who makes bfloat16 executors asks for its dot products.
bool has_avx512();

/// Whether channels are in sixteens and this machine has what such loops need.
inline bool in_sixteens(std::size_t channels) { return channels % lanes == 0 && has_avx512(); }

// The masked forms, since GCC 12 takes the others' unused source for one that was forgotten.
inline constexpr __mmask16 all = 0xFFFF;

AN_AVX512_INLINE __m512 positive(__m512 values) { return _mm512_maskz_max_ps(all, values, _mm512_setzero_ps()); }
AN_AVX512_INLINE __m512 load16(const float* from) { return _mm512_loadu_ps(from); }
AN_AVX512_INLINE __m512 load16(const Bf16* from) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(all, _mm512_maskz_cvtepu16_epi32(all, bits), 16));
}
AN_AVX512_INLINE void store16(float* to, __m512 values) { _mm512_storeu_ps(to, values); }
AN_AVX512_INLINE void store16(Bf16* to, __m512 values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(values)));
}

AN_AVX512_INLINE float sum_of(__m512 v) {
  v = _mm512_add_ps(v, _mm512_maskz_shuffle_f32x4(all, v, v, 0b01001110));
  v = _mm512_add_ps(v, _mm512_maskz_shuffle_f32x4(all, v, v, 0b10110001));
  v = _mm512_add_ps(v, _mm512_maskz_permute_ps(all, v, 0b01001110));
  return _mm512_cvtss_f32(_mm512_add_ps(v, _mm512_maskz_permute_ps(all, v, 0b10110001)));
}

/// Sixteen numbers to be the second of pairs, of which a store16 to the same place wrote the first.
AN_AVX512_INLINE void store_second16(Bf16* to, __m512 values) {
  const __m256i firsts = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(to));
  const __m256i seconds = __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(values));
  const __m512i upper = _mm512_maskz_slli_epi32(all, _mm512_maskz_cvtepu16_epi32(all, seconds), 16);
  _mm512_storeu_si512(to, _mm512_or_si512(_mm512_maskz_cvtepu16_epi32(all, firsts), upper));
}

/// Channels that are multiplied in one step: a weight vector has as many for each of its sixteen outputs.
template <class A>
constexpr std::size_t channels_a_step = 1;
template <>
inline constexpr std::size_t channels_a_step<Bf16> = 2;

/// sums + the step's channels at x, the same for all sixteen outputs, times the step's weights.
AN_AVX512_INLINE __m512 multiply_add(const float* x, const float* weights, __m512 sums) {
  return _mm512_fmadd_ps(_mm512_set1_ps(*x), _mm512_loadu_ps(weights), sums);
}
AN_AVX512_INLINE __m512 multiply_add(const Bf16* x, const Bf16* weights, __m512 sums) {
  int pair = 0;
  __builtin_memcpy(&pair, x, sizeof pair);
  return _mm512_dpbf16_ps(sums, __builtin_bit_cast(__m512bh, _mm512_set1_epi32(pair)),
                          __builtin_bit_cast(__m512bh, _mm512_loadu_si512(weights)));
}

/// How channels of pixels lie: sixteen after each other, the next sixteen `chunk` further, the next pixel (or pair of
/// pixels) `step`.
struct Layout {
  std::size_t step, chunk;
};

/// Products of sizeof...(I) / Vectors pixels with the weights of 16 Vectors outputs, held in registers and written one
/// pixel after another.
template <std::size_t Vectors, class A, std::size_t... I>
AN_AVX512_INLINE void multiply(std::index_sequence<I...>, const A* x, const Layout& layout, const A* weights,
                               std::size_t channels, float* sums) {
  constexpr std::size_t together = channels_a_step<A>;
  __m512 held[] = {(static_cast<void>(I), _mm512_setzero_ps())...};
  for (std::size_t first = 0; first < channels; first += lanes, x += layout.chunk) {
    const std::size_t count = channels - first < lanes ? channels - first : lanes;
    for (std::size_t c = 0; c < count; c += together, weights += together * lanes * Vectors)
      ((held[I] =
            multiply_add(x + (I / Vectors) * layout.step + c, weights + (I % Vectors) * together * lanes, held[I])),
       ...);
  }
  (_mm512_storeu_ps(sums + I * lanes, held[I]), ...);
}

/// Adds products over `steps` to sizeof...(I) / Vectors rows of 16 Vectors sums, `row` apart: those of row r are
/// x[step][r] v[step][...]. With bfloat16 a step is a pair, interleaved.
template <std::size_t Vectors, class A, std::size_t... I>
AN_AVX512_INLINE void add_products(std::index_sequence<I...>, const A* x, std::size_t x_step, const A* v,
                                   const Layout& layout, std::size_t steps, float* sums, std::size_t row) {
  constexpr std::size_t pair = channels_a_step<A>;
  __m512 held[] = {load16(sums + (I / Vectors) * row + (I % Vectors) * lanes)...};
  for (std::size_t s = 0; s < steps; ++s, x += x_step, v += layout.step)
    ((held[I] = multiply_add(x + (I / Vectors) * pair, v + (I % Vectors) * layout.chunk, held[I])), ...);
  (_mm512_storeu_ps(sums + (I / Vectors) * row + (I % Vectors) * lanes, held[I]), ...);
}

/// The same for `rows` rows (a multiple of 16) and `columns` sums of each (a multiple of 16).
template <class A>
AN_AVX512_INLINE void add_all_products(const A* x, const Layout& x_layout, std::size_t rows, const A* v,
                                       const Layout& v_layout, std::size_t columns, std::size_t steps, float* sums) {
  constexpr std::size_t pair = channels_a_step<A>;
  const auto sixteen = std::make_index_sequence<16>{};
  for (std::size_t k = 0; k < columns; k += 2 * lanes) {
    const A* some = v + k / lanes * v_layout.chunk;
    for (std::size_t r = 0; r < rows; r += lanes) {
      const A* from = x + r / lanes * x_layout.chunk;
      float* to = sums + r * columns + k;
      if (k + lanes == columns) {
        add_products<1>(sixteen, from, x_layout.step, some, v_layout, steps, to, columns);
      } else {
        add_products<2>(sixteen, from, x_layout.step, some, v_layout, steps, to, columns);
        add_products<2>(sixteen, from + 8 * pair, x_layout.step, some, v_layout, steps, to + 8 * columns, columns);
      }
    }
  }
}

}  // namespace an::kernels::onednn
#endif
