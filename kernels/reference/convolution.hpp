// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/plan_executor.hpp"

/// Plain loops for every operation: what the other back ends must equal.
namespace an::kernels::reference {

/// Calls visit(output pixel, input pixel, kernel place) for every pair of pixels that a kernel joins.
template <class Visit>
void for_each_tap(const Operation& o, const Shape& in, const Shape& out, const Visit& visit) {
  const std::size_t top = padding_before(in.rows, out.rows, o.kernel_rows, o.stride_rows);
  const std::size_t left = padding_before(in.columns, out.columns, o.kernel_columns, o.stride_columns);
  for (std::size_t n = 0; n < out.images; ++n)
    for (std::size_t r = 0; r < out.rows; ++r)
      for (std::size_t c = 0; c < out.columns; ++c)
        for (std::size_t i = 0; i < o.kernel_rows; ++i)
          for (std::size_t j = 0; j < o.kernel_columns; ++j) {
            const std::size_t row = r * o.stride_rows + i, column = c * o.stride_columns + j;
            if (row < top || row >= in.rows + top || column < left || column >= in.columns + left) continue;
            visit((n * out.rows + r) * out.columns + c, (n * in.rows + row - top) * in.columns + column - left,
                  i * o.kernel_columns + j);
          }
}

/// Puts the gradient to zero where a ReLU was closed.
template <class A>
void close_relu(const Shape& shape, const A* y, A* dy) {
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (!(static_cast<float>(y[i]) > 0)) dy[i] = A(0);
}

template <class A, class N>
void convolution(const Call<A, N>& c) {
  const std::size_t from = c.in.channels, to = c.out.channels;
  std::vector<N> sums(c.out.size());
  for (std::size_t p = 0; p < c.out.pixels(); ++p)
    std::copy_n(c.bias, to, sums.begin() + static_cast<std::ptrdiff_t>(p * to));
  for_each_tap(c.operation, c.in, c.out, [&](std::size_t out, std::size_t in, std::size_t tap) {
    for (std::size_t i = 0; i < from; ++i) {
      const N x = static_cast<N>(c.x[in * from + i]);
      const N* w = c.weights + (tap * from + i) * to;
      for (std::size_t k = 0; k < to; ++k) sums[out * to + k] += x * w[k];
    }
  });
  for (std::size_t i = 0; i < sums.size(); ++i) c.y[i] = A(c.operation.relu ? std::max(sums[i], N(0)) : sums[i]);
}

template <class A, class N>
void bias_gradient(const Call<A, N>& c) {
  std::vector<double> sums(c.out.channels);
  for (std::size_t i = 0; i < c.out.size(); ++i) sums[i % sums.size()] += static_cast<double>(static_cast<N>(c.dy[i]));
  for (std::size_t k = 0; k < sums.size(); ++k) c.dbias[k] = N(sums[k]);
}

/// Adds or writes `values` as a gradient.
template <class A, class N>
void give_gradient(const std::vector<N>& values, bool add, A* gradient) {
  for (std::size_t i = 0; i < values.size(); ++i)
    gradient[i] = A(add ? static_cast<N>(gradient[i]) + values[i] : values[i]);
}

template <class A, class N>
void convolution_backward(const Call<A, N>& c) {
  const std::size_t from = c.in.channels, to = c.out.channels;
  const std::size_t taps = c.operation.kernel_rows * c.operation.kernel_columns;
  if (c.operation.relu) close_relu(c.out, c.y, c.dy);
  bias_gradient(c);
  std::vector<double> dweights(taps * from * to);
  std::vector<N> dx(c.dx != nullptr ? c.in.size() : 0);
  for_each_tap(c.operation, c.in, c.out, [&](std::size_t out, std::size_t in, std::size_t tap) {
    const A* dy = c.dy + out * to;
    for (std::size_t i = 0; i < from; ++i) {
      const N x = static_cast<N>(c.x[in * from + i]);
      double* dw = dweights.data() + (tap * from + i) * to;
      for (std::size_t k = 0; k < to; ++k) dw[k] += static_cast<double>(x * static_cast<N>(dy[k]));
      if (dx.empty()) continue;
      const N* w = c.weights + (tap * from + i) * to;
      N sum = 0;
      for (std::size_t k = 0; k < to; ++k) sum += w[k] * static_cast<N>(dy[k]);
      dx[in * from + i] += sum;
    }
  });
  std::ranges::transform(dweights, c.dweights, [](double sum) { return N(sum); });
  if (!dx.empty()) give_gradient(dx, c.add_dx, c.dx);
}

/// Calls visit(output pixel, input pixel, kernel place): every output pixel has one input pixel.
template <class Visit>
void for_each_transposed_tap(const Operation& o, const Shape& in, const Shape& out, const Visit& visit) {
  for (std::size_t n = 0; n < out.images; ++n)
    for (std::size_t r = 0; r < out.rows; ++r)
      for (std::size_t c = 0; c < out.columns; ++c)
        visit((n * out.rows + r) * out.columns + c,
              (n * in.rows + r / o.kernel_rows) * in.columns + c / o.kernel_columns,
              (r % o.kernel_rows) * o.kernel_columns + c % o.kernel_columns);
}

template <class A, class N>
void transposed_convolution(const Call<A, N>& c) {
  const std::size_t from = c.in.channels, to = c.out.channels;
  for_each_transposed_tap(c.operation, c.in, c.out, [&](std::size_t out, std::size_t in, std::size_t tap) {
    for (std::size_t k = 0; k < to; ++k) {
      const N* w = c.weights + (tap * to + k) * from;
      N sum = c.bias[k];
      for (std::size_t i = 0; i < from; ++i) sum += static_cast<N>(c.x[in * from + i]) * w[i];
      c.y[out * to + k] = A(sum);
    }
  });
}

template <class A, class N>
void transposed_convolution_backward(const Call<A, N>& c) {
  const std::size_t from = c.in.channels, to = c.out.channels;
  bias_gradient(c);
  std::vector<double> dweights(c.operation.kernel_rows * c.operation.kernel_columns * from * to);
  std::vector<N> dx(c.dx != nullptr ? c.in.size() : 0);
  for_each_transposed_tap(c.operation, c.in, c.out, [&](std::size_t out, std::size_t in, std::size_t tap) {
    for (std::size_t k = 0; k < to; ++k) {
      const N dy = static_cast<N>(c.dy[out * to + k]);
      const N* w = c.weights + (tap * to + k) * from;
      double* dw = dweights.data() + (tap * to + k) * from;
      for (std::size_t i = 0; i < from; ++i) dw[i] += static_cast<double>(static_cast<N>(c.x[in * from + i]) * dy);
      if (dx.empty()) continue;
      for (std::size_t i = 0; i < from; ++i) dx[in * from + i] += w[i] * dy;
    }
  });
  std::ranges::transform(dweights, c.dweights, [](double sum) { return N(sum); });
  if (!dx.empty()) give_gradient(dx, c.add_dx, c.dx);
}

}  // namespace an::kernels::reference
