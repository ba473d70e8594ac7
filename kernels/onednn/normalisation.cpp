// SPDX-License-Identifier: MIT
#include "kernels/onednn/normalisation.hpp"

#include <cmath>

#include "core/vectorised.hpp"

#define AN_INLINE __attribute__((always_inline)) inline

namespace an::kernels::onednn {

namespace {

constexpr std::size_t together = 32;  // channels at a time
constexpr std::size_t run = 64;       // pixels that are summed in float, before the sum goes on in double

// What is summed over all pixels: values, squares of their distances from `middle`, or gradients and their products
// with what they are gradients of.
enum class Sum { values, squares, products };

template <class A>
AN_INLINE void sum_loop(Sum what, const A* values, const A* gradients, std::size_t pixels, std::size_t channels,
                        const float* middle, const float* scale, double* sums) {
  for (std::size_t k = 0; k < channels; ++k) sums[k] = 0;
  for (std::size_t from = 0; from < channels; from += together) {
    const std::size_t width = std::min(together, channels - from);
    for (std::size_t first = 0; first < pixels; first += run) {
      float part[together] = {};
      for (std::size_t p = first; p < std::min(pixels, first + run); ++p) {
        const A* __restrict x = values + p * channels + from;
        if (what == Sum::values)
          for (std::size_t k = 0; k < width; ++k) part[k] += static_cast<float>(x[k]);
        if (what == Sum::squares)
          for (std::size_t k = 0; k < width; ++k) {
            const float d = static_cast<float>(x[k]) - middle[from + k];
            part[k] += d * d;
          }
        if (what == Sum::products) {
          const A* __restrict dy = gradients + p * channels + from;
          for (std::size_t k = 0; k < width; ++k)
            part[k] += static_cast<float>(dy[k]) * ((static_cast<float>(x[k]) - middle[from + k]) * scale[from + k]);
        }
      }
      for (std::size_t k = 0; k < width; ++k) sums[from + k] += static_cast<double>(part[k]);
    }
  }
}

AN_VECTORISED void sum(Sum what, const float* values, const float* gradients, std::size_t pixels, std::size_t channels,
                       const float* middle, const float* scale, double* sums) {
  sum_loop(what, values, gradients, pixels, channels, middle, scale, sums);
}
AN_VECTORISED void sum(Sum what, const Bf16* values, const Bf16* gradients, std::size_t pixels, std::size_t channels,
                       const float* middle, const float* scale, double* sums) {
  sum_loop(what, values, gradients, pixels, channels, middle, scale, sums);
}

template <class A>
AN_INLINE void normalise_loop(const Call<A, float>& c) {
  const std::size_t channels = c.out.channels;
  const float* __restrict mean = c.saved, * __restrict scale = c.saved + channels;
  const float* __restrict gamma = c.weights, * __restrict beta = c.bias;
  const float least = c.operation.relu ? 0 : -INFINITY;
  for (std::size_t p = 0; p < c.out.pixels(); ++p) {
    const A* __restrict x = c.x + p * channels;
    A* __restrict y = c.y + p * channels;
    for (std::size_t k = 0; k < channels; ++k) {
      const float value = (static_cast<float>(x[k]) - mean[k]) * scale[k] * gamma[k] + beta[k];
      y[k] = A(value < least ? least : value);
    }
  }
}

AN_VECTORISED void normalise(const Call<float, float>& c) { normalise_loop(c); }
AN_VECTORISED void normalise(const Call<Bf16, float>& c) { normalise_loop(c); }

template <class A>
AN_INLINE void input_gradient_loop(const Call<A, float>& c) {
  const std::size_t channels = c.out.channels;
  const float* __restrict mean = c.saved, * __restrict scale = c.saved + channels;
  const float* __restrict gamma = c.weights, * __restrict dbeta = c.dbias, * __restrict dgamma = c.dweights;
  const float share = 1 / static_cast<float>(c.out.pixels());
  for (std::size_t p = 0; p < c.out.pixels(); ++p) {
    const A* __restrict x = c.x + p * channels, * __restrict dy = c.dy + p * channels;
    A* __restrict dx = c.dx + p * channels;
    for (std::size_t k = 0; k < channels; ++k) {
      const float at = (static_cast<float>(x[k]) - mean[k]) * scale[k];
      const float d = gamma[k] * scale[k] * (static_cast<float>(dy[k]) - dbeta[k] * share - at * (dgamma[k] * share));
      dx[k] = A(c.add_dx ? static_cast<float>(dx[k]) + d : d);
    }
  }
}

AN_VECTORISED void input_gradient(const Call<float, float>& c) { input_gradient_loop(c); }
AN_VECTORISED void input_gradient(const Call<Bf16, float>& c) { input_gradient_loop(c); }

template <class A>
AN_INLINE void close_and_sum_loop(const A* __restrict y, A* __restrict dy, std::size_t pixels, std::size_t channels,
                                  double* sums) {
  for (std::size_t from = 0; from < channels; from += together) {
    const std::size_t width = std::min(together, channels - from);
    for (std::size_t first = 0; first < pixels; first += run) {
      float part[together] = {};
      for (std::size_t p = first; p < std::min(pixels, first + run); ++p)
        for (std::size_t i = p * channels + from, k = 0; k < width; ++k) {
          const float open = static_cast<float>(y[i + k]) > 0 ? static_cast<float>(dy[i + k]) : 0.0F;
          dy[i + k] = A(open);
          part[k] += open;
        }
      for (std::size_t k = 0; k < width; ++k) sums[from + k] += static_cast<double>(part[k]);
    }
  }
}

AN_VECTORISED void close_and_sum(const float* y, float* dy, std::size_t pixels, std::size_t channels, double* sums) {
  close_and_sum_loop(y, dy, pixels, channels, sums);
}
AN_VECTORISED void close_and_sum(const Bf16* y, Bf16* dy, std::size_t pixels, std::size_t channels, double* sums) {
  close_and_sum_loop(y, dy, pixels, channels, sums);
}

template <class A>
void bias_gradient_of(const Shape& out, A* dy, const A* y, float* dbias) {
  std::vector<double> sums(out.channels);
  if (y == nullptr) {
    sum(Sum::values, dy, dy, out.pixels(), out.channels, nullptr, nullptr, sums.data());
  } else {
    close_and_sum(y, dy, out.pixels(), out.channels, sums.data());
  }
  for (std::size_t k = 0; k < out.channels; ++k) dbias[k] = static_cast<float>(sums[k]);
}

template <class A>
void batch_statistics(const Call<A, float>& c, std::vector<double>& sums) {
  const std::size_t channels = c.out.channels, pixels = c.out.pixels();
  constexpr auto momentum = static_cast<double>(batch_norm_momentum);
  const auto follow = [&](float& moving, double value) {
    moving = static_cast<float>(momentum * static_cast<double>(moving) + (1 - momentum) * value);
  };
  sum(Sum::values, c.x, c.x, pixels, channels, nullptr, nullptr, sums.data());
  for (std::size_t k = 0; k < channels; ++k) {
    const double mean = sums[k] / static_cast<double>(pixels);
    follow(c.statistics[k], mean);
    c.saved[k] = static_cast<float>(mean);
  }
  sum(Sum::squares, c.x, c.x, pixels, channels, c.saved, nullptr, sums.data());
  for (std::size_t k = 0; k < channels; ++k) {
    sums[k] /= static_cast<double>(pixels);
    follow(c.statistics[channels + k], sums[k]);
  }
}

template <class A>
void batch_norm_of(const Call<A, float>& c, Mode mode, std::vector<double>& sums) {
  const std::size_t channels = c.out.channels;
  if (sums.size() < channels) sums.resize(channels);
  if (mode == Mode::training) {
    batch_statistics(c, sums);
  } else {
    for (std::size_t k = 0; k < channels; ++k) {
      c.saved[k] = c.statistics[k];
      sums[k] = static_cast<double>(c.statistics[channels + k]);
    }
  }
  for (std::size_t k = 0; k < channels; ++k)
    c.saved[channels + k] = static_cast<float>(1 / std::sqrt(sums[k] + static_cast<double>(batch_norm_epsilon)));
  normalise(c);
}

template <class A>
void batch_norm_backward_of(const Call<A, float>& c, std::vector<double>& sums) {
  const std::size_t channels = c.out.channels, pixels = c.out.pixels();
  if (sums.size() < channels) sums.resize(channels);
  bias_gradient(c.out, c.dy, c.operation.relu ? c.y : nullptr, c.dbias);
  sum(Sum::products, c.x, c.dy, pixels, channels, c.saved, c.saved + channels, sums.data());
  for (std::size_t k = 0; k < channels; ++k) c.dweights[k] = static_cast<float>(sums[k]);
  if (c.dx != nullptr) input_gradient(c);
}

}  // namespace

void batch_norm(const Call<float, float>& c, Mode mode, std::vector<double>& sums) { batch_norm_of(c, mode, sums); }
void batch_norm(const Call<Bf16, float>& c, Mode mode, std::vector<double>& sums) { batch_norm_of(c, mode, sums); }
void batch_norm_backward(const Call<float, float>& c, std::vector<double>& sums) { batch_norm_backward_of(c, sums); }
void batch_norm_backward(const Call<Bf16, float>& c, std::vector<double>& sums) { batch_norm_backward_of(c, sums); }

void bias_gradient(const Shape& out, float* dy, const float* y, float* dbias) { bias_gradient_of(out, dy, y, dbias); }
void bias_gradient(const Shape& out, Bf16* dy, const Bf16* y, float* dbias) { bias_gradient_of(out, dy, y, dbias); }

}  // namespace an::kernels::onednn
