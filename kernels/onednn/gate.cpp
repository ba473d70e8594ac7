// SPDX-License-Identifier: MIT
#include "kernels/onednn/gate.hpp"

#include <algorithm>

#include "core/vectorised.hpp"
#include "kernels/bilinear.hpp"

#define AN_INLINE __attribute__((always_inline)) inline

namespace an::kernels::onednn {

namespace {

constexpr std::size_t lanes = 16;

// The two rows of psi that an output row lies between.
struct Between {
  const float *above, *below;
  float share;
};

template <class A>
AN_INLINE Between rows_around(const Call<A, float>& c, const float* sigmoids, std::size_t row) {
  const BilinearTap tap = bilinear_tap(row % c.out.rows, c.operation.kernel_rows, c.other.rows);
  const float* image = sigmoids + row / c.out.rows * c.other.rows * c.other.columns;
  return {image + tap.first * c.other.columns, image + tap.second * c.other.columns, tap.share};
}

AN_INLINE float opening_at(const Between& rows, const BilinearTap& tap) {
  const float above = (1 - tap.share) * rows.above[tap.first] + tap.share * rows.above[tap.second];
  const float below = (1 - tap.share) * rows.below[tap.first] + tap.share * rows.below[tap.second];
  return (1 - rows.share) * above + rows.share * below;
}

template <class A>
AN_INLINE void gate_pixel(const A* __restrict x, float opening, std::size_t channels, A* __restrict y) {
  std::size_t k = 0;
  for (; k + lanes <= channels; k += lanes)
    for (std::size_t i = 0; i < lanes; ++i) y[k + i] = A(static_cast<float>(x[k + i]) * opening);
  for (; k < channels; ++k) y[k] = A(static_cast<float>(x[k]) * opening);
}

// Columns are as many for every row: their taps are found once for some.
template <class A>
AN_INLINE void gate_rows_loop(const Call<A, float>& c, const float* sigmoids, std::size_t first, std::size_t end) {
  constexpr std::size_t some = 64;
  const std::size_t channels = c.out.channels;
  BilinearTap taps[some];
  for (std::size_t from = 0; from < c.out.columns; from += some) {
    const std::size_t count = std::min(some, c.out.columns - from);
    for (std::size_t i = 0; i < count; ++i)
      taps[i] = bilinear_tap(from + i, c.operation.kernel_columns, c.other.columns);
    for (std::size_t row = first; row < end; ++row) {
      const Between rows = rows_around(c, sigmoids, row);
      const std::size_t place = (row * c.out.columns + from) * channels;
      for (std::size_t i = 0; i < count; ++i)
        gate_pixel(c.x + place + i * channels, opening_at(rows, taps[i]), channels, c.y + place + i * channels);
    }
  }
}

// Gradient of the skip at one pixel; returns that of the opening.
template <class A>
AN_INLINE float pixel_backward(const Call<A, float>& c, std::size_t place, float opening) {
  const std::size_t channels = c.out.channels;
  const A* __restrict x = c.x + place, * __restrict dy = c.dy + place;
  A* __restrict dx = c.dx + place;
  float sums[lanes] = {};
  std::size_t k = 0;
  for (; k + lanes <= channels; k += lanes)
    for (std::size_t i = 0; i < lanes; ++i) sums[i] += static_cast<float>(dy[k + i]) * static_cast<float>(x[k + i]);
  for (; k < channels; ++k) sums[0] += static_cast<float>(dy[k]) * static_cast<float>(x[k]);
  if (c.add_dx) {
    for (k = 0; k < channels; ++k) dx[k] = A(static_cast<float>(dx[k]) + static_cast<float>(dy[k]) * opening);
  } else {
    for (k = 0; k < channels; ++k) dx[k] = A(static_cast<float>(dy[k]) * opening);
  }
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
  return sums[0];
}

template <class A>
AN_INLINE void gate_backward_loop(const Call<A, float>& c, const float* sigmoids, float* dsigmoids, std::size_t first,
                                  std::size_t end) {
  const std::size_t small = c.other.rows * c.other.columns;
  for (std::size_t row = first * c.out.rows; row < end * c.out.rows; ++row) {
    const Between rows = rows_around(c, sigmoids, row);
    float *above = dsigmoids + (rows.above - sigmoids), *below = dsigmoids + (rows.below - sigmoids);
    for (std::size_t column = 0; column < c.out.columns; ++column) {
      const BilinearTap tap = bilinear_tap(column, c.operation.kernel_columns, c.other.columns);
      const std::size_t place = (row * c.out.columns + column) * c.out.channels;
      const float sum = pixel_backward(c, place, opening_at(rows, tap));
      above[tap.first] += sum * (1 - rows.share) * (1 - tap.share);
      above[tap.second] += sum * (1 - rows.share) * tap.share;
      below[tap.first] += sum * rows.share * (1 - tap.share);
      below[tap.second] += sum * rows.share * tap.share;
    }
  }
  for (std::size_t i = first * small; i < end * small; ++i) {
    const float dz = dsigmoids[i] * sigmoids[i] * (1 - sigmoids[i]);
    c.dz[i] = A(c.add_dz ? static_cast<float>(c.dz[i]) + dz : dz);
  }
}

}  // namespace

AN_VECTORISED void gate_rows(const Call<float, float>& c, const float* sigmoids, std::size_t first, std::size_t end) {
  gate_rows_loop(c, sigmoids, first, end);
}
AN_VECTORISED void gate_rows(const Call<Bf16, float>& c, const float* sigmoids, std::size_t first, std::size_t end) {
  gate_rows_loop(c, sigmoids, first, end);
}
AN_VECTORISED void gate_backward_images(const Call<float, float>& c, const float* sigmoids, float* dsigmoids,
                                        std::size_t first, std::size_t end) {
  gate_backward_loop(c, sigmoids, dsigmoids, first, end);
}
AN_VECTORISED void gate_backward_images(const Call<Bf16, float>& c, const float* sigmoids, float* dsigmoids,
                                        std::size_t first, std::size_t end) {
  gate_backward_loop(c, sigmoids, dsigmoids, first, end);
}

}  // namespace an::kernels::onednn
