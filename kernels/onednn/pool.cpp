// SPDX-License-Identifier: MIT
#include "core/vectorised.hpp"
#include "kernels/onednn/avx512.hpp"
#include "kernels/onednn/pixel_loops.hpp"

#define AN_INLINE __attribute__((always_inline)) inline

namespace an::kernels::onednn {

namespace {

constexpr std::size_t width_at_once = 16;

// First input pixel of a pool.
template <class A>
AN_INLINE std::size_t pool_corner(const Call<A, float>& c, std::size_t pixel) {
  const std::size_t line = pixel / c.out.columns;  // image and row, which are pooled without a rest
  return line * c.operation.kernel_rows * c.in.columns + pixel % c.out.columns * c.operation.kernel_columns;
}

// The largest of each of `width` channels.
template <class A>
AN_INLINE void pool_channels(const Call<A, float>& c, const A* corner, std::size_t width, A* __restrict y) {
  float most[width_at_once];
  for (std::size_t k = 0; k < width; ++k) most[k] = static_cast<float>(corner[k]);
  for (std::size_t i = 0; i < c.operation.kernel_rows; ++i)
    for (std::size_t j = 0; j < c.operation.kernel_columns; ++j) {
      const A* __restrict x = corner + (i * c.in.columns + j) * c.in.channels;
      for (std::size_t k = 0; k < width; ++k) {
        const float here = static_cast<float>(x[k]);
        most[k] = here > most[k] ? here : most[k];
      }
    }
  for (std::size_t k = 0; k < width; ++k) y[k] = A(most[k]);
}

template <class A>
AN_INLINE void max_pool_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t channels = c.out.channels;
  for (std::size_t p = first; p < end; ++p) {
    const A* corner = c.x + pool_corner(c, p) * channels;
    A* y = c.y + p * channels;
    std::size_t k = 0;
    for (; k + width_at_once <= channels; k += width_at_once) pool_channels(c, corner + k, width_at_once, y + k);
    if (k < channels) pool_channels(c, corner + k, channels - k, y + k);
  }
}

// Gradients of `width` channels from `at` and `place` on, of the inputs and outputs.
template <class A>
AN_INLINE void pool_channels_backward(const Call<A, float>& c, std::size_t at, std::size_t place, std::size_t width) {
  const A* __restrict y = c.y + place;
  const A* __restrict dy = c.dy + place;
  float left[width_at_once];  // of the gradient, until the first of the largest takes it
  for (std::size_t k = 0; k < width; ++k) left[k] = static_cast<float>(dy[k]);
  for (std::size_t i = 0; i < c.operation.kernel_rows; ++i)
    for (std::size_t j = 0; j < c.operation.kernel_columns; ++j) {
      const std::size_t tap = at + (i * c.in.columns + j) * c.in.channels;
      const A* __restrict x = c.x + tap;
      A* __restrict dx = c.dx + tap;
      for (std::size_t k = 0; k < width; ++k) {
        const bool largest = static_cast<float>(x[k]) == static_cast<float>(y[k]);
        const float gradient = largest ? left[k] : 0.0F;
        dx[k] = A(c.add_dx ? static_cast<float>(dx[k]) + gradient : gradient);
        left[k] = largest ? 0.0F : left[k];
      }
    }
}

template <class A>
AN_INLINE void max_pool_backward_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t channels = c.out.channels;
  for (std::size_t p = first; p < end; ++p) {
    const std::size_t corner = pool_corner(c, p) * channels;
    std::size_t k = 0;
    for (; k + width_at_once <= channels; k += width_at_once)
      pool_channels_backward(c, corner + k, p * channels + k, width_at_once);
    if (k < channels) pool_channels_backward(c, corner + k, p * channels + k, channels - k);
  }
}

#if defined(__x86_64__)

// The same for channels in sixteens. What is not a number is passed over, unless it comes first.
template <class A>
AN_AVX512 void max_pool_avx512(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t channels = c.out.channels;
  for (std::size_t p = first; p < end; ++p) {
    const A* corner = c.x + pool_corner(c, p) * channels;
    for (std::size_t k = 0; k < channels; k += lanes) {
      __m512 most = load16(corner + k);
      for (std::size_t i = 0; i < c.operation.kernel_rows; ++i)
        for (std::size_t j = 0; j < c.operation.kernel_columns; ++j)
          most = _mm512_maskz_max_ps(all, load16(corner + (i * c.in.columns + j) * channels + k), most);
      store16(c.y + p * channels + k, most);
    }
  }
}

// Gradients of the first of the largest of each block.
template <class A>
AN_AVX512 void max_pool_backward_avx512(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t channels = c.out.channels;
  for (std::size_t p = first; p < end; ++p) {
    const std::size_t corner = pool_corner(c, p) * channels;
    for (std::size_t k = 0; k < channels; k += lanes) {
      const __m512 most = load16(c.y + p * channels + k);
      const __m512 gradient = load16(c.dy + p * channels + k);
      __mmask16 left = all;
      for (std::size_t i = 0; i < c.operation.kernel_rows; ++i)
        for (std::size_t j = 0; j < c.operation.kernel_columns; ++j) {
          const std::size_t tap = corner + (i * c.in.columns + j) * channels + k;
          const __mmask16 largest = _mm512_mask_cmp_ps_mask(left, load16(c.x + tap), most, _CMP_EQ_OQ);
          left = static_cast<__mmask16>(left & ~largest);
          __m512 mine = _mm512_maskz_mov_ps(largest, gradient);
          if (c.add_dx) mine = _mm512_add_ps(load16(c.dx + tap), mine);
          store16(c.dx + tap, mine);
        }
    }
  }
}

#else

template <class A>
void max_pool_backward_avx512(const Call<A, float>&, std::size_t, std::size_t) {}
template <class A>
void max_pool_avx512(const Call<A, float>&, std::size_t, std::size_t) {}
bool in_sixteens(std::size_t) { return false; }

#endif

AN_VECTORISED void max_pool_any(const Call<float, float>& c, std::size_t first, std::size_t end) {
  max_pool_loop(c, first, end);
}
AN_VECTORISED void max_pool_any(const Call<Bf16, float>& c, std::size_t first, std::size_t end) {
  max_pool_loop(c, first, end);
}
AN_VECTORISED void max_pool_backward_any(const Call<float, float>& c, std::size_t first, std::size_t end) {
  max_pool_backward_loop(c, first, end);
}
AN_VECTORISED void max_pool_backward_any(const Call<Bf16, float>& c, std::size_t first, std::size_t end) {
  max_pool_backward_loop(c, first, end);
}

}  // namespace

void max_pool(const Call<float, float>& c, std::size_t first, std::size_t end) {
  in_sixteens(c.out.channels) ? max_pool_avx512(c, first, end) : max_pool_any(c, first, end);
}
void max_pool(const Call<Bf16, float>& c, std::size_t first, std::size_t end) {
  in_sixteens(c.out.channels) ? max_pool_avx512(c, first, end) : max_pool_any(c, first, end);
}
void max_pool_backward(const Call<float, float>& c, std::size_t first, std::size_t end) {
  in_sixteens(c.out.channels) ? max_pool_backward_avx512(c, first, end) : max_pool_backward_any(c, first, end);
}
void max_pool_backward(const Call<Bf16, float>& c, std::size_t first, std::size_t end) {
  in_sixteens(c.out.channels) ? max_pool_backward_avx512(c, first, end) : max_pool_backward_any(c, first, end);
}

}  // namespace an::kernels::onednn
