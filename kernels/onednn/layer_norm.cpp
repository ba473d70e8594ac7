// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "core/vectorised.hpp"
#include "kernels/onednn/normalisation.hpp"

#define AN_INLINE __attribute__((always_inline)) inline

namespace an::kernels::onednn {

namespace {

constexpr std::size_t lanes = 16;

// Sixteen partial sums, which is what can be vectorised.
struct Sums {
  float part[lanes] = {};
  AN_INLINE float total() {
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i) part[i] += part[i + half];
    return part[0];
  }
};

template <class A>
AN_INLINE float mean_of(const A* __restrict x, std::size_t channels) {
  Sums sums;
  for (std::size_t k = 0; k < channels; k += lanes)
    for (std::size_t i = 0; i < std::min(lanes, channels - k); ++i) sums.part[i] += static_cast<float>(x[k + i]);
  return sums.total() / static_cast<float>(channels);
}

template <class A>
AN_INLINE float variance_of(const A* __restrict x, std::size_t channels, float mean) {
  Sums sums;
  for (std::size_t k = 0; k < channels; k += lanes)
    for (std::size_t i = 0; i < std::min(lanes, channels - k); ++i) {
      const float d = static_cast<float>(x[k + i]) - mean;
      sums.part[i] += d * d;
    }
  return sums.total() / static_cast<float>(channels);
}

template <class A>
AN_INLINE void layer_norm_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t channels = c.out.channels;
  const float* __restrict gamma = c.weights, * __restrict beta = c.bias;
  for (std::size_t p = first; p < end; ++p) {
    const A* __restrict x = c.x + p * channels;
    A* __restrict y = c.y + p * channels;
    const float mean = mean_of(x, channels);
    const float scale = 1 / std::sqrt(variance_of(x, channels, mean) + layer_norm_epsilon);
    c.saved[2 * p] = mean;
    c.saved[2 * p + 1] = scale;
    for (std::size_t k = 0; k < channels; ++k) y[k] = A((static_cast<float>(x[k]) - mean) * scale * gamma[k] + beta[k]);
  }
}

// Adds one pixel to the gradients of scale and shift, and writes that of the input.
template <class A>
AN_INLINE void pixel_backward(const Call<A, float>& c, std::size_t p) {
  const std::size_t channels = c.out.channels;
  const float mean = c.saved[2 * p], scale = c.saved[2 * p + 1];
  const A* __restrict x = c.x + p * channels, * __restrict dy = c.dy + p * channels;
  const float* __restrict gamma = c.weights;
  float* __restrict dgamma = c.dweights, * __restrict dbeta = c.dbias;
  Sums sum, product;
  for (std::size_t k = 0; k < channels; k += lanes)
    for (std::size_t i = 0; i < std::min(lanes, channels - k); ++i) {
      const float at = (static_cast<float>(x[k + i]) - mean) * scale, d = static_cast<float>(dy[k + i]);
      dgamma[k + i] += d * at;
      dbeta[k + i] += d;
      sum.part[i] += d * gamma[k + i];
      product.part[i] += d * gamma[k + i] * at;
    }
  if (c.dx == nullptr) return;
  A* __restrict dx = c.dx + p * channels;
  const float mean_sum = sum.total() / static_cast<float>(channels);
  const float mean_product = product.total() / static_cast<float>(channels);
  for (std::size_t k = 0; k < channels; ++k) {
    const float at = (static_cast<float>(x[k]) - mean) * scale;
    const float d = scale * (static_cast<float>(dy[k]) * gamma[k] - mean_sum - at * mean_product);
    dx[k] = A(c.add_dx ? static_cast<float>(dx[k]) + d : d);
  }
}

template <class A>
AN_INLINE void layer_norm_backward_loop(const Call<A, float>& c) {
  std::fill_n(c.dweights, c.out.channels, 0.0F);
  std::fill_n(c.dbias, c.out.channels, 0.0F);
  for (std::size_t p = 0; p < c.out.pixels(); ++p) pixel_backward(c, p);
}

}  // namespace

AN_VECTORISED void layer_norm(const Call<float, float>& c, std::size_t first, std::size_t end) {
  layer_norm_loop(c, first, end);
}
AN_VECTORISED void layer_norm(const Call<Bf16, float>& c, std::size_t first, std::size_t end) {
  layer_norm_loop(c, first, end);
}
AN_VECTORISED void layer_norm_backward(const Call<float, float>& c) { layer_norm_backward_loop(c); }
AN_VECTORISED void layer_norm_backward(const Call<Bf16, float>& c) { layer_norm_backward_loop(c); }

}  // namespace an::kernels::onednn
