// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/elementwise.cuh"
#include "kernels/kernels.hpp"

/// Attention of short sequences: one block has a sequence and a head, all of it in shared memory.
namespace an::kernels::cuda {

constexpr int attention_threads = 128;

/// Where the pixels of a sequence lie.
struct SequenceSet {
  int length, heads, channels;
  bool over_rows;
  int rows, columns;

  __device__ long pixel(long sequence, int i) const {
    if (!over_rows) return sequence * columns + i;
    return (sequence / columns) * rows * columns + static_cast<long>(i) * columns + sequence % columns;
  }
};

/// Those of an attention over values of this shape.
inline SequenceSet sequences_of(const Operation& o, const Shape& s) {
  return {static_cast<int>(o.over_rows ? s.rows : s.columns),
          static_cast<int>(o.heads),
          static_cast<int>(s.channels),
          o.over_rows,
          static_cast<int>(s.rows),
          static_cast<int>(s.columns)};
}

/// Floats of shared memory: queries, keys, values (and gradients), padded against bank conflicts, and weights.
inline std::size_t attention_memory(const SequenceSet& s, bool gradient) {
  const auto length = static_cast<std::size_t>(s.length);
  const auto head_size = static_cast<std::size_t>(s.channels / s.heads);
  return (gradient ? 4 : 3) * length * (head_size + 1) + (gradient ? 2 : 1) * length * length + length;
}

/// A sequence and head in shared memory. \param part 0 queries, 1 keys, 2 values
template <class A>
__device__ void load_part(const SequenceSet& s, const A* x, long sequence, int head, int part, int width, float* to) {
  const int size = s.channels / s.heads;
  for (int i = static_cast<int>(threadIdx.x); i < s.length * size; i += attention_threads) {
    const int row = i / size, d = i % size;
    to[row * (size + 1) + d] = static_cast<float>(
        x[s.pixel(sequence, row) * width * s.channels + static_cast<long>(part) * s.channels + head * size + d]);
  }
}

/// Softmax of the scaled products of queries and keys, masked: a thread a query.
__device__ inline void softmax_weights(int length, int size, const float* q, const float* k, const float* valid,
                                       float* weights) {
  const float scale = 1 / sqrtf(static_cast<float>(size));
  for (int i = static_cast<int>(threadIdx.x); i < length * length; i += attention_threads) {
    const int row = i / length, key = i % length;
    float dot = 0;
    for (int d = 0; d < size; ++d) dot += q[row * (size + 1) + d] * k[key * (size + 1) + d];
    weights[i] = dot * scale;
  }
  AN_SYNC();
  for (int row = static_cast<int>(threadIdx.x); row < length; row += attention_threads) {
    float* w = weights + row * length;
    float largest = -INFINITY, sum = 0;
    for (int j = 0; j < length; ++j)
      if (valid[j] > 0 && w[j] > largest) largest = w[j];
    for (int j = 0; j < length; ++j) {
      w[j] = valid[j] > 0 ? expf(w[j] - largest) : 0.0F;
      sum += w[j];
    }
    for (int j = 0; j < length && sum > 0; ++j) w[j] /= sum;
  }
  AN_SYNC();
}

/// Grid (sequences, heads).
template <class A>
__global__ void attention(SequenceSet s, const A* qkv, const A* mask, A* y) {
  AN_DYNAMIC_SHARED(memory);
  const int size = s.channels / s.heads, padded = s.length * (size + 1);
  float *q = memory, *k = q + padded, *v = k + padded, *weights = v + padded, *valid = weights + s.length * s.length;
  const long sequence = blockIdx.x;
  const int head = static_cast<int>(blockIdx.y);
  load_part(s, qkv, sequence, head, 0, 3, q);
  load_part(s, qkv, sequence, head, 1, 3, k);
  load_part(s, qkv, sequence, head, 2, 3, v);
  for (int i = static_cast<int>(threadIdx.x); i < s.length; i += attention_threads)
    valid[i] = static_cast<float>(mask[s.pixel(sequence, i)]);
  AN_SYNC();
  softmax_weights(s.length, size, q, k, valid, weights);
  for (int i = static_cast<int>(threadIdx.x); i < s.length * size; i += attention_threads) {
    const int row = i / size, d = i % size;
    float sum = 0;
    for (int j = 0; j < s.length; ++j) sum += weights[row * s.length + j] * v[j * (size + 1) + d];
    y[s.pixel(sequence, row) * s.channels + head * size + d] = A(sum);
  }
}

/// Gradients of queries, keys and values; grid (sequences, heads).
template <class A>
__global__ void attention_gradient(SequenceSet s, const A* qkv, const A* mask, const A* dy, A* dqkv) {
  AN_DYNAMIC_SHARED(memory);
  const int length = s.length, size = s.channels / s.heads, padded = length * (size + 1);
  float *q = memory, *k = q + padded, *v = k + padded, *g = v + padded, *weights = g + padded;
  float *slopes = weights + length * length, *valid = slopes + length * length;
  const long sequence = blockIdx.x;
  const int head = static_cast<int>(blockIdx.y);
  load_part(s, qkv, sequence, head, 0, 3, q);
  load_part(s, qkv, sequence, head, 1, 3, k);
  load_part(s, qkv, sequence, head, 2, 3, v);
  load_part(s, dy, sequence, head, 0, 1, g);
  for (int i = static_cast<int>(threadIdx.x); i < length; i += attention_threads)
    valid[i] = static_cast<float>(mask[s.pixel(sequence, i)]);
  AN_SYNC();
  softmax_weights(length, size, q, k, valid, weights);
  for (int i = static_cast<int>(threadIdx.x); i < length * length; i += attention_threads) {
    const int row = i / length, key = i % length;
    float sum = 0;
    for (int d = 0; d < size; ++d) sum += g[row * (size + 1) + d] * v[key * (size + 1) + d];
    slopes[i] = sum;
  }
  AN_SYNC();
  const float scale = 1 / sqrtf(static_cast<float>(size));
  for (int row = static_cast<int>(threadIdx.x); row < length; row += attention_threads) {
    float mean = 0;
    for (int j = 0; j < length; ++j) mean += slopes[row * length + j] * weights[row * length + j];
    for (int j = 0; j < length; ++j)
      slopes[row * length + j] = weights[row * length + j] * (slopes[row * length + j] - mean) * scale;
  }
  AN_SYNC();
  for (int i = static_cast<int>(threadIdx.x); i < length * size; i += attention_threads) {
    const int row = i / size, d = i % size;
    float dq = 0, dk = 0, dv = 0;
    for (int j = 0; j < length; ++j) {
      dq += slopes[row * length + j] * k[j * (size + 1) + d];
      dk += slopes[j * length + row] * q[j * (size + 1) + d];
      dv += weights[j * length + row] * g[j * (size + 1) + d];
    }
    A* out = dqkv + s.pixel(sequence, row) * 3 * s.channels + head * size + d;
    out[0] = A(dq);
    out[s.channels] = A(dk);
    out[2 * static_cast<long>(s.channels)] = A(dv);
  }
}

}  // namespace an::kernels::cuda
