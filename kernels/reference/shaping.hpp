// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "kernels/bilinear.hpp"
#include "kernels/reference/convolution.hpp"

namespace an::kernels::reference {

/// Calls visit(output pixel, input pixel) for all input pixels of every pool, in rising order.
template <class Visit>
void for_each_pooled(const Operation& o, const Shape& in, const Shape& out, const Visit& visit) {
  for (std::size_t n = 0; n < out.images; ++n)
    for (std::size_t r = 0; r < out.rows; ++r)
      for (std::size_t c = 0; c < out.columns; ++c)
        for (std::size_t i = 0; i < o.kernel_rows; ++i)
          for (std::size_t j = 0; j < o.kernel_columns; ++j)
            visit((n * out.rows + r) * out.columns + c,
                  (n * in.rows + r * o.kernel_rows + i) * in.columns + c * o.kernel_columns + j, i + j == 0);
}

template <class A, class N>
void max_pool(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels;
  for_each_pooled(c.operation, c.in, c.out, [&](std::size_t out, std::size_t in, bool first) {
    for (std::size_t k = 0; k < channels; ++k) {
      A& y = c.y[out * channels + k];
      const A x = c.x[in * channels + k];
      if (first || static_cast<N>(x) > static_cast<N>(y)) y = x;
    }
  });
}

/// The gradient goes to the first of the largest.
template <class A, class N>
void max_pool_backward(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels;
  std::vector<bool> given(c.out.size());
  for_each_pooled(c.operation, c.in, c.out, [&](std::size_t out, std::size_t in, bool) {
    for (std::size_t k = 0; k < channels; ++k) {
      const std::size_t o = out * channels + k, i = in * channels + k;
      const bool chosen = !given[o] && static_cast<N>(c.x[i]) == static_cast<N>(c.y[o]);
      if (chosen) given[o] = true;
      const N gradient = chosen ? static_cast<N>(c.dy[o]) : N(0);
      c.dx[i] = A(c.add_dx ? static_cast<N>(c.dx[i]) + gradient : gradient);
    }
  });
}

template <class A, class N>
void add(const Call<A, N>& c) {
  for (std::size_t i = 0; i < c.out.size(); ++i) {
    const N sum = static_cast<N>(c.x[i]) + static_cast<N>(c.z[i]);
    c.y[i] = A(c.operation.relu ? std::max(sum, N(0)) : sum);
  }
}

template <class A, class N>
void add_backward(const Call<A, N>& c) {
  if (c.operation.relu) close_relu(c.out, c.y, c.dy);
  for (std::size_t i = 0; i < c.out.size(); ++i) {
    const N dy = static_cast<N>(c.dy[i]);
    if (c.dx != nullptr) c.dx[i] = A(c.add_dx ? static_cast<N>(c.dx[i]) + dy : dy);
    if (c.dz != nullptr) c.dz[i] = A(c.add_dz ? static_cast<N>(c.dz[i]) + dy : dy);
  }
}

/// How open the gate is at a pixel of the skip.
template <class A, class N>
N gate_opening(const Call<A, N>& c, std::size_t image, std::size_t row, std::size_t column) {
  const Shape& small = c.other;
  const BilinearTap r = bilinear_tap(row, c.operation.kernel_rows, small.rows);
  const BilinearTap k = bilinear_tap(column, c.operation.kernel_columns, small.columns);
  const auto sigmoid = [&](std::size_t i, std::size_t j) {
    const N psi = static_cast<N>(c.z[(image * small.rows + i) * small.columns + j]);
    return 1 / (1 + std::exp(-psi));
  };
  const auto along = [&](std::size_t i) {
    return (1 - N(k.share)) * sigmoid(i, k.first) + N(k.share) * sigmoid(i, k.second);
  };
  return (1 - N(r.share)) * along(r.first) + N(r.share) * along(r.second);
}

template <class A, class N>
void gate(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels;
  for (std::size_t n = 0, p = 0; n < c.out.images; ++n)
    for (std::size_t row = 0; row < c.out.rows; ++row)
      for (std::size_t column = 0; column < c.out.columns; ++column, ++p) {
        const N opening = gate_opening(c, n, row, column);
        for (std::size_t k = 0; k < channels; ++k)
          c.y[p * channels + k] = A(static_cast<N>(c.x[p * channels + k]) * opening);
      }
}

template <class A, class N>
void gate_backward(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels;
  const Shape& small = c.other;
  std::vector<N> dsigmoid(small.size());
  for (std::size_t n = 0, p = 0; n < c.out.images; ++n)
    for (std::size_t row = 0; row < c.out.rows; ++row)
      for (std::size_t column = 0; column < c.out.columns; ++column, ++p) {
        const N opening = gate_opening(c, n, row, column);
        N sum = 0;
        for (std::size_t k = 0; k < channels; ++k) {
          const std::size_t i = p * channels + k;
          const N dy = static_cast<N>(c.dy[i]);
          sum += dy * static_cast<N>(c.x[i]);
          c.dx[i] = A(c.add_dx ? static_cast<N>(c.dx[i]) + dy * opening : dy * opening);
        }
        const BilinearTap r = bilinear_tap(row, c.operation.kernel_rows, small.rows);
        const BilinearTap k = bilinear_tap(column, c.operation.kernel_columns, small.columns);
        const auto give = [&](std::size_t i, std::size_t j, N share) {
          dsigmoid[(n * small.rows + i) * small.columns + j] += sum * share;
        };
        give(r.first, k.first, (1 - N(r.share)) * (1 - N(k.share)));
        give(r.first, k.second, (1 - N(r.share)) * N(k.share));
        give(r.second, k.first, N(r.share) * (1 - N(k.share)));
        give(r.second, k.second, N(r.share) * N(k.share));
      }
  for (std::size_t i = 0; i < dsigmoid.size(); ++i) {
    const N s = 1 / (1 + std::exp(-static_cast<N>(c.z[i])));
    const N dz = dsigmoid[i] * s * (1 - s);
    c.dz[i] = A(c.add_dz ? static_cast<N>(c.dz[i]) + dz : dz);
  }
}

template <class A, class N>
void concat(const Call<A, N>& c) {
  const std::size_t first = c.in.channels, second = c.other.channels, all = first + second;
  for (std::size_t p = 0; p < c.out.pixels(); ++p) {
    std::copy_n(c.x + p * first, first, c.y + p * all);
    std::copy_n(c.z + p * second, second, c.y + p * all + first);
  }
}

template <class A, class N>
void concat_backward(const Call<A, N>& c) {
  const std::size_t first = c.in.channels, second = c.other.channels, all = first + second;
  const auto give = [](bool add, const A& dy, A& gradient) {
    gradient = A(add ? static_cast<N>(gradient) + static_cast<N>(dy) : static_cast<N>(dy));
  };
  for (std::size_t p = 0; p < c.out.pixels(); ++p) {
    for (std::size_t k = 0; k < first; ++k) give(c.add_dx, c.dy[p * all + k], c.dx[p * first + k]);
    for (std::size_t k = 0; k < second; ++k) give(c.add_dz, c.dy[p * all + first + k], c.dz[p * second + k]);
  }
}

template <class A, class N>
void pick(const Call<A, N>& c) {
  for (std::size_t p = 0; p < c.out.pixels(); ++p) c.y[p] = c.x[p * c.in.channels + c.operation.channel];
}

}  // namespace an::kernels::reference
