// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "kernels/plan_executor.hpp"

namespace an::kernels::reference {

/// The pixels that one sequence is made of: first + i * stride, i < length.
struct Sequence {
  std::size_t first, stride, length;
};

/// Sequences of an image: its rows' columns, or its columns' rows.
inline std::size_t sequence_count(const Shape& s, bool over_rows) {
  return s.images * (over_rows ? s.columns : s.rows);
}
inline Sequence sequence_of(const Shape& s, bool over_rows, std::size_t i) {
  if (!over_rows) return {i * s.columns, 1, s.columns};
  return {(i / s.columns) * s.rows * s.columns + i % s.columns, s.columns, s.rows};
}

/// Softmax weights of one sequence and head, query after query; all zero where no key is valid.
template <class A, class N>
std::vector<N> attention_weights(const Call<A, N>& c, const Sequence& s, std::size_t head) {
  const std::size_t channels = c.out.channels, size = channels / c.operation.heads;
  std::vector<N> weights(s.length * s.length);
  const N scale = 1 / std::sqrt(N(size));
  for (std::size_t i = 0; i < s.length; ++i) {
    const A* q = c.x + (s.first + i * s.stride) * 3 * channels + head * size;
    N* row = weights.data() + i * s.length;
    N largest = -INFINITY, sum = 0;
    for (std::size_t j = 0; j < s.length; ++j) {
      const std::size_t key = s.first + j * s.stride;
      if (!(static_cast<N>(c.z[key]) > 0)) continue;
      const A* k = c.x + key * 3 * channels + channels + head * size;
      N dot = 0;
      for (std::size_t d = 0; d < size; ++d) dot += static_cast<N>(q[d]) * static_cast<N>(k[d]);
      row[j] = dot * scale;
      largest = std::max(largest, row[j]);
    }
    for (std::size_t j = 0; j < s.length; ++j) {
      const bool valid = static_cast<N>(c.z[s.first + j * s.stride]) > 0;
      row[j] = valid ? std::exp(row[j] - largest) : N(0);
      sum += row[j];
    }
    for (std::size_t j = 0; j < s.length && sum > 0; ++j) row[j] /= sum;
  }
  return weights;
}

template <class A, class N>
void attention(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels, size = channels / c.operation.heads;
  for (std::size_t n = 0; n < sequence_count(c.out, c.operation.over_rows); ++n) {
    const Sequence s = sequence_of(c.out, c.operation.over_rows, n);
    for (std::size_t head = 0; head < c.operation.heads; ++head) {
      const std::vector<N> weights = attention_weights(c, s, head);
      for (std::size_t i = 0; i < s.length; ++i)
        for (std::size_t d = 0; d < size; ++d) {
          N sum = 0;
          for (std::size_t j = 0; j < s.length; ++j)
            sum += weights[i * s.length + j] *
                   static_cast<N>(c.x[(s.first + j * s.stride) * 3 * channels + 2 * channels + head * size + d]);
          c.y[(s.first + i * s.stride) * channels + head * size + d] = A(sum);
        }
    }
  }
}

/// Gradients of queries, keys and values. \pre add_dx is false: the projection has this one reader
template <class A, class N>
void attention_backward(const Call<A, N>& c) {
  const std::size_t channels = c.out.channels, size = channels / c.operation.heads;
  const N scale = 1 / std::sqrt(N(size));
  std::vector<N> dx(c.in.size());
  for (std::size_t n = 0; n < sequence_count(c.out, c.operation.over_rows); ++n) {
    const Sequence s = sequence_of(c.out, c.operation.over_rows, n);
    for (std::size_t head = 0; head < c.operation.heads; ++head) {
      const std::vector<N> weights = attention_weights(c, s, head);
      const auto place = [&](std::size_t i, std::size_t part) {
        return (s.first + i * s.stride) * 3 * channels + part * channels + head * size;
      };
      for (std::size_t i = 0; i < s.length; ++i) {
        const A* dy = c.dy + (s.first + i * s.stride) * channels + head * size;
        std::vector<N> dweights(s.length);
        N mean = 0;
        for (std::size_t j = 0; j < s.length; ++j) {
          for (std::size_t d = 0; d < size; ++d)
            dweights[j] += static_cast<N>(dy[d]) * static_cast<N>(c.x[place(j, 2) + d]);
          mean += dweights[j] * weights[i * s.length + j];
        }
        for (std::size_t j = 0; j < s.length; ++j) {
          const N weight = weights[i * s.length + j], dscore = weight * (dweights[j] - mean) * scale;
          for (std::size_t d = 0; d < size; ++d) {
            dx[place(i, 0) + d] += dscore * static_cast<N>(c.x[place(j, 1) + d]);
            dx[place(j, 1) + d] += dscore * static_cast<N>(c.x[place(i, 0) + d]);
            dx[place(j, 2) + d] += weight * static_cast<N>(dy[d]);
          }
        }
      }
    }
  }
  for (std::size_t i = 0; i < dx.size(); ++i) c.dx[i] = A(dx[i]);
}

}  // namespace an::kernels::reference
