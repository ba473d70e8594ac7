// SPDX-License-Identifier: MIT
#include "kernels/onednn/attention.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/vectorised.hpp"
#include "kernels/reference/attention.hpp"

#define AN_INLINE __attribute__((always_inline)) inline

namespace an::kernels::onednn {

namespace {

constexpr std::size_t wide = 32;   // numbers of a row that are held while its products are summed
constexpr std::size_t height = 4;  // rows held at once

constexpr std::size_t padded(std::size_t n) { return (n + wide - 1) / wide * wide; }

// A matrix in rows of a multiple of `wide` numbers; what is beyond its size is zero. Rows are a multiple of `height`.
struct Matrix {
  float* numbers;
  std::size_t rows, columns;
  std::size_t row_length() const { return padded(columns); }
  float* row(std::size_t i) const { return numbers + i * row_length(); }
  static std::size_t size(std::size_t rows, std::size_t columns) {
    return (rows + height - 1) / height * height * padded(columns);
  }
};

// out = a b, or a' b with `Transposed`.
template <bool Transposed>
AN_INLINE void multiply(const Matrix& a, const Matrix& b, const Matrix& out) {
  const std::size_t inner = Transposed ? a.rows : a.columns;
  for (std::size_t r = 0; r < out.rows; r += height)
    for (std::size_t c = 0; c < out.row_length(); c += wide) {
      float held[height][wide] = {};
      for (std::size_t i = 0; i < inner; ++i) {
        const float* __restrict from = b.row(i) + c;
        for (std::size_t h = 0; h < height; ++h) {
          const float factor = Transposed ? a.row(i)[r + h] : a.row(r + h)[i];
          for (std::size_t k = 0; k < wide; ++k) held[h][k] += factor * from[k];
        }
      }
      for (std::size_t h = 0; h < height; ++h) std::copy_n(held[h], wide, out.row(r + h) + c);
    }
}

AN_INLINE void transpose(const Matrix& from, const Matrix& to) {
  for (std::size_t i = 0; i < from.rows; ++i)
    for (std::size_t k = 0; k < from.columns; ++k) to.row(k)[i] = from.row(i)[k];
}

// exp for x from -87 to 0, to two units in the last place: 2^n times a polynomial of the rest.
AN_INLINE float exponential(float x) {
  constexpr float shift = 12582912;  // adding it rounds to a whole number
  const float bounded = x > -87.0F ? x : -87.0F;
  const float whole = (bounded * 1.44269504F + shift) - shift;
  const float rest = (bounded - whole * 0.693359375F) + whole * 2.12194440e-4F;
  float sum = 1.9875691500e-4F;
  for (const float term : {1.3981999507e-3F, 8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F})
    sum = sum * rest + term;
  const auto exponent = static_cast<std::uint32_t>(static_cast<std::int32_t>(whole) + 127) << 23;
  return (sum * rest * rest + rest + 1) * std::bit_cast<float>(exponent);
}

// One sequence and head.
template <class A>
struct Head {
  const Call<A, float>& call;
  reference::Sequence sequence;
  std::size_t head, size;

  // Part 0 to 2: queries, keys, values.
  AN_INLINE A* place(A* projected, std::size_t i, std::size_t part) const {
    const std::size_t channels = call.out.channels;
    return projected + (sequence.first + i * sequence.stride) * 3 * channels + part * channels + head * size;
  }
  AN_INLINE void read(std::size_t part, const Matrix& to) const {
    const std::size_t channels = call.out.channels;
    for (std::size_t i = 0; i < sequence.length; ++i) {
      const A* from = call.x + (sequence.first + i * sequence.stride) * 3 * channels + part * channels + head * size;
      for (std::size_t d = 0; d < size; ++d) to.row(i)[d] = static_cast<float>(from[d]);
    }
  }
  AN_INLINE void read_output_gradient(const Matrix& to) const {
    for (std::size_t i = 0; i < sequence.length; ++i) {
      const A* from = call.dy + (sequence.first + i * sequence.stride) * call.out.channels + head * size;
      for (std::size_t d = 0; d < size; ++d) to.row(i)[d] = static_cast<float>(from[d]);
    }
  }
  AN_INLINE void write_output(const Matrix& from) const {
    for (std::size_t i = 0; i < sequence.length; ++i) {
      A* to = call.y + (sequence.first + i * sequence.stride) * call.out.channels + head * size;
      for (std::size_t d = 0; d < size; ++d) to[d] = A(from.row(i)[d]);
    }
  }
  AN_INLINE void write_gradient(std::size_t part, const Matrix& from) const {
    for (std::size_t i = 0; i < sequence.length; ++i) {
      A* to = place(call.dx, i, part);
      for (std::size_t d = 0; d < size; ++d) to[d] = A(from.row(i)[d]);
    }
  }
};

// A thread's matrices: `size` columns a row of the sequence, or `length`.
struct Matrices {
  Matrix queries, keys, values, gradients, result, turned, weights, slopes;

  Matrices(float* memory, std::size_t length, std::size_t size) {
    const auto next = [&](std::size_t rows, std::size_t columns) {
      const Matrix m{memory, rows, columns};
      memory += Matrix::size(rows, columns);
      return m;
    };
    for (Matrix* m : {&queries, &keys, &values, &gradients, &result}) *m = next(length, size);
    turned = next(size, length);
    weights = next(length, length);
    slopes = next(length, length);
  }
  static std::size_t numbers(std::size_t length, std::size_t size) {
    return 5 * Matrix::size(length, size) + Matrix::size(size, length) + 2 * Matrix::size(length, length);
  }
};

// Sums or largest of sixteen partial ones, which is what can be vectorised.
template <class Join>
AN_INLINE float joined(std::size_t count, float start, const Join& join) {
  constexpr std::size_t lanes = 16;
  float part[lanes];
  std::fill_n(part, lanes, start);
  std::size_t j = 0;
  for (; j + lanes <= count; j += lanes)
    for (std::size_t k = 0; k < lanes; ++k) part[k] = join(part[k], j + k);
  for (; j < count; ++j) part[0] = join(part[0], j);
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k)
      part[k] = start < 0 ? std::max(part[k], part[k + half]) : part[k] + part[k + half];
  return part[0];
}

struct Largest {
  const float* row;
  AN_INLINE float operator()(float most, std::size_t j) const { return row[j] > most ? row[j] : most; }
};
struct Sum {
  const float* row;
  AN_INLINE float operator()(float sum, std::size_t j) const { return sum + row[j]; }
};
struct Product {
  const float *a, *b;
  AN_INLINE float operator()(float sum, std::size_t j) const { return sum + a[j] * b[j]; }
};

// Softmax of the scores of one query over the valid keys; zeros where there is none.
AN_INLINE void softmax(float* __restrict row, const float* __restrict valid, std::size_t length, float scale) {
  for (std::size_t j = 0; j < length; ++j) row[j] = valid[j] > 0 ? row[j] * scale : -INFINITY;
  const float largest = joined(length, -INFINITY, Largest{row});
  for (std::size_t j = 0; j < length; ++j) row[j] = valid[j] > 0 ? exponential(row[j] - largest) : 0.0F;
  const float sum = joined(length, 0, Sum{row});
  const float factor = sum > 0 ? 1 / sum : 0;
  for (std::size_t j = 0; j < length; ++j) row[j] *= factor;
}

template <class A>
AN_INLINE void attention_weights(const Head<A>& h, const Matrices& m, const float* valid) {
  h.read(0, m.queries);
  h.read(1, m.keys);
  h.read(2, m.values);
  transpose(m.keys, m.turned);
  multiply<false>(m.queries, m.turned, m.weights);
  const float scale = 1 / std::sqrt(static_cast<float>(h.size));
  for (std::size_t i = 0; i < h.sequence.length; ++i) softmax(m.weights.row(i), valid, h.sequence.length, scale);
}

template <class A, class Work>
AN_INLINE void for_each_head(const Call<A, float>& c, std::size_t number, float* scratch, const Work& work) {
  const reference::Sequence s = reference::sequence_of(c.out, c.operation.over_rows, number);
  const std::size_t size = c.out.channels / c.operation.heads;
  const Matrices m(scratch, s.length, size);
  float* valid = scratch + Matrices::numbers(s.length, size);
  for (std::size_t j = 0; j < s.length; ++j) valid[j] = static_cast<float>(c.z[s.first + j * s.stride]);
  for (std::size_t head = 0; head < c.operation.heads; ++head) {
    const Head<A> h{c, s, head, size};
    attention_weights(h, m, valid);
    work(h, m);
  }
}

struct Forward {
  template <class A>
  AN_INLINE void operator()(const Head<A>& h, const Matrices& m) const {
    multiply<false>(m.weights, m.values, m.result);
    h.write_output(m.result);
  }
};

struct Backward {
  template <class A>
  AN_INLINE void operator()(const Head<A>& h, const Matrices& m) const {
    const std::size_t length = h.sequence.length;
    const float scale = 1 / std::sqrt(static_cast<float>(h.size));
    h.read_output_gradient(m.gradients);
    transpose(m.values, m.turned);
    multiply<false>(m.gradients, m.turned, m.slopes);
    multiply<true>(m.weights, m.gradients, m.result);
    h.write_gradient(2, m.result);
    for (std::size_t i = 0; i < length; ++i) {
      const float* __restrict weights = m.weights.row(i);
      float* __restrict slopes = m.slopes.row(i);
      const float mean = joined(length, 0, Product{weights, slopes});
      for (std::size_t j = 0; j < length; ++j) slopes[j] = weights[j] * (slopes[j] - mean) * scale;
    }
    multiply<false>(m.slopes, m.keys, m.result);
    h.write_gradient(0, m.result);
    multiply<true>(m.slopes, m.queries, m.result);
    h.write_gradient(1, m.result);
  }
};

}  // namespace

std::size_t attention_sequences(const Operation& o, const Shape& out) {
  return reference::sequence_count(out, o.over_rows);
}

std::size_t attention_scratch(const Operation& o, const Shape& out) {
  const std::size_t length = o.over_rows ? out.rows : out.columns;
  return Matrices::numbers(length, out.channels / o.heads) + length;
}

AN_VECTORISED void attend(const Call<float, float>& c, std::size_t sequence, float* scratch) {
  for_each_head(c, sequence, scratch, Forward());
}
AN_VECTORISED void attend(const Call<Bf16, float>& c, std::size_t sequence, float* scratch) {
  for_each_head(c, sequence, scratch, Forward());
}
AN_VECTORISED void attend_backward(const Call<float, float>& c, std::size_t sequence, float* scratch) {
  for_each_head(c, sequence, scratch, Backward());
}
AN_VECTORISED void attend_backward(const Call<Bf16, float>& c, std::size_t sequence, float* scratch) {
  for_each_head(c, sequence, scratch, Backward());
}

}  // namespace an::kernels::onednn
