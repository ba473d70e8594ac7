// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "kernels/reference/convolution.hpp"

namespace an::kernels::reference {

/// Batch statistics in training (the moving ones follow), moving ones otherwise. `saved`: means, then 1/sd.
template <class A, class N>
void batch_norm(const Call<A, N>& c, Mode mode) {
  const std::size_t channels = c.out.channels, pixels = c.out.pixels();
  for (std::size_t k = 0; k < channels; ++k) {
    double mean = static_cast<double>(c.statistics[k]), variance = static_cast<double>(c.statistics[channels + k]);
    if (mode == Mode::training) {
      double sum = 0, squares = 0;
      for (std::size_t p = 0; p < pixels; ++p) sum += static_cast<double>(static_cast<N>(c.x[p * channels + k]));
      mean = sum / static_cast<double>(pixels);
      for (std::size_t p = 0; p < pixels; ++p) {
        const double d = static_cast<double>(static_cast<N>(c.x[p * channels + k])) - mean;
        squares += d * d;
      }
      variance = squares / static_cast<double>(pixels);
      const auto follow = [](N& moving, double value) {
        moving = N(static_cast<double>(batch_norm_momentum) * static_cast<double>(moving) +
                   (1 - static_cast<double>(batch_norm_momentum)) * value);
      };
      follow(c.statistics[k], mean);
      follow(c.statistics[channels + k], variance);
    }
    const double scale = 1 / std::sqrt(variance + static_cast<double>(batch_norm_epsilon));
    c.saved[k] = N(mean);
    c.saved[channels + k] = N(scale);
    for (std::size_t p = 0; p < pixels; ++p) {
      const N y = (static_cast<N>(c.x[p * channels + k]) - N(mean)) * N(scale) * c.weights[k] + c.bias[k];
      c.y[p * channels + k] = A(c.operation.relu ? std::max(y, N(0)) : y);
    }
  }
}

template <class A, class N>
void batch_norm_backward(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels, pixels = c.out.pixels();
  if (c.operation.relu) close_relu(c.out, c.y, c.dy);
  for (std::size_t k = 0; k < channels; ++k) {
    const N mean = c.saved[k], scale = c.saved[channels + k];
    double sum = 0, product = 0;
    for (std::size_t p = 0; p < pixels; ++p) {
      const N dy = static_cast<N>(c.dy[p * channels + k]);
      sum += static_cast<double>(dy);
      product += static_cast<double>(dy * (static_cast<N>(c.x[p * channels + k]) - mean) * scale);
    }
    c.dbias[k] = N(sum);
    c.dweights[k] = N(product);
    const N mean_dy = N(sum / static_cast<double>(pixels)), mean_product = N(product / static_cast<double>(pixels));
    for (std::size_t p = 0; p < pixels; ++p) {
      const std::size_t i = p * channels + k;
      const N x = (static_cast<N>(c.x[i]) - mean) * scale;
      const N dx = c.weights[k] * scale * (static_cast<N>(c.dy[i]) - mean_dy - x * mean_product);
      c.dx[i] = A(c.add_dx ? static_cast<N>(c.dx[i]) + dx : dx);
    }
  }
}

/// `saved`: mean and 1/sd of each pixel.
template <class A, class N>
void layer_norm(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels;
  for (std::size_t p = 0; p < c.out.pixels(); ++p) {
    const A* x = c.x + p * channels;
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < channels; ++k) sum += static_cast<double>(static_cast<N>(x[k]));
    const double mean = sum / static_cast<double>(channels);
    for (std::size_t k = 0; k < channels; ++k) {
      const double d = static_cast<double>(static_cast<N>(x[k])) - mean;
      squares += d * d;
    }
    const N scale = N(1 / std::sqrt(squares / static_cast<double>(channels) + static_cast<double>(layer_norm_epsilon)));
    c.saved[2 * p] = N(mean);
    c.saved[2 * p + 1] = scale;
    for (std::size_t k = 0; k < channels; ++k)
      c.y[p * channels + k] = A((static_cast<N>(x[k]) - N(mean)) * scale * c.weights[k] + c.bias[k]);
  }
}

template <class A, class N>
void layer_norm_backward(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels;
  std::fill_n(c.dweights, channels, N(0));
  std::fill_n(c.dbias, channels, N(0));
  for (std::size_t p = 0; p < c.out.pixels(); ++p) {
    const N mean = c.saved[2 * p], scale = c.saved[2 * p + 1];
    N sum = 0, product = 0;
    for (std::size_t k = 0; k < channels; ++k) {
      const std::size_t i = p * channels + k;
      const N x = (static_cast<N>(c.x[i]) - mean) * scale, dy = static_cast<N>(c.dy[i]);
      c.dweights[k] += dy * x;
      c.dbias[k] += dy;
      sum += dy * c.weights[k];
      product += dy * c.weights[k] * x;
    }
    for (std::size_t k = 0; k < channels; ++k) {
      const std::size_t i = p * channels + k;
      const N x = (static_cast<N>(c.x[i]) - mean) * scale;
      const N dx = scale * (static_cast<N>(c.dy[i]) * c.weights[k] - (sum + x * product) / N(channels));
      c.dx[i] = A(c.add_dx ? static_cast<N>(c.dx[i]) + dx : dx);
    }
  }
}

}  // namespace an::kernels::reference
