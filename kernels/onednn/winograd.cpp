// SPDX-License-Identifier: MIT
#include "kernels/onednn/winograd.hpp"

#include <algorithm>
#include <array>

#include "kernels/onednn/avx512.hpp"
#include "kernels/onednn/library.hpp"
#include "kernels/onednn/threads.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

constexpr std::size_t places = 16;  // of a 4x4 tile
constexpr std::size_t group = 26;   // a multiple of the tiles that one multiplication holds in registers

// Distance of transformed tiles; not a multiple of 512 bytes, so that those multiplied together do not all fall on the
// same lines of the cache.
template <class A>
constexpr std::size_t pitch(std::size_t channels) {
  return channels * sizeof(A) % 512 == 0 ? channels + 64 / sizeof(A) : channels;
}

// Where tiles of 2x2 outputs lie.
struct Tiles {
  Shape in;
  std::size_t rows, columns;
  explicit Tiles(const Shape& shape) : in(shape), rows((shape.rows + 1) / 2), columns((shape.columns + 1) / 2) {}
  std::size_t count() const { return in.images * rows * columns; }
};

// What a run does with all its tiles.
template <class A>
struct Run {
  Tiles tiles;
  std::size_t out_channels;
  const A* x;
  const A* weights;
  const float* bias;
  bool relu, add;
  A* y;
  std::size_t block;  // tiles of a block of scratch
};

// Tiles beside each other: their image, upper row and left column in the image.
struct Strip {
  std::size_t image, row, column, count;
};

// The tiles from `first` on that lie in one row, `most` at most.
Strip strip_of(const Tiles& t, std::size_t first, std::size_t most) {
  const std::size_t column = first % t.columns, row = first / t.columns;
  return {row / t.rows, 2 * (row % t.rows), 2 * column, std::min(most, t.columns - column)};
}

// Four rows of the image, the first above a strip; those outside are zeros.
template <class A>
struct InputRows {
  const A* row[4];
  std::size_t apart[4];  // pixels beside each other; 0 outside
};

template <class A>
InputRows<A> input_rows(const Run<A>& r, const Strip& strip, const A* zeros) {
  const Shape& in = r.tiles.in;
  InputRows<A> rows;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t row = strip.row + i;  // one more than in the image
    const bool inside = row >= 1 && row <= in.rows;
    rows.row[i] = inside ? r.x + (strip.image * in.rows + row - 1) * in.columns * in.channels : zeros;
    rows.apart[i] = inside ? in.channels : 0;
  }
  return rows;
}

// B' d of one column: sixteen channels of four pixels above each other.
template <class A>
AN_AVX512_INLINE void transform_column(const InputRows<A>& rows, std::size_t column, bool inside, std::size_t channel,
                                       __m512* d) {
  if (!inside) {
    d[0] = d[1] = d[2] = d[3] = _mm512_setzero_ps();
    return;
  }
  const __m512 a = load16(rows.row[0] + column * rows.apart[0] + channel);
  const __m512 b = load16(rows.row[1] + column * rows.apart[1] + channel);
  const __m512 e = load16(rows.row[2] + column * rows.apart[2] + channel);
  const __m512 f = load16(rows.row[3] + column * rows.apart[3] + channel);
  d[0] = _mm512_sub_ps(a, e);
  d[1] = _mm512_add_ps(b, e);
  d[2] = _mm512_sub_ps(e, b);
  d[3] = _mm512_sub_ps(b, f);
}

// B' d B of a strip's tiles; tile t's place i goes to `to` + (i * block + t) * pitch. Tiles share two columns with the
// next.
template <class A>
AN_AVX512 void transform_input(const Run<A>& r, const Strip& strip, const A* zeros, A* to) {
  const std::size_t channels = r.tiles.in.channels, columns = r.tiles.in.columns, apart = pitch<A>(channels);
  const InputRows<A> rows = input_rows(r, strip, zeros);
  for (std::size_t c = 0; c < channels; c += lanes) {
    __m512 d[16];
    transform_column(rows, strip.column - 1, strip.column > 0, c, d);
    transform_column(rows, strip.column, true, c, d + 4);
    A* at = to + c;
    for (std::size_t t = 0; t < strip.count; ++t, at += apart) {
      const std::size_t column = strip.column + 2 * t + 1;
      transform_column(rows, column, column < columns, c, d + 8);
      transform_column(rows, column + 1, column + 1 < columns, c, d + 12);
      for (std::size_t i = 0; i < 4; ++i) {
        A* place = at + 4 * i * r.block * apart;
        store16(place, _mm512_sub_ps(d[i], d[8 + i]));
        store16(place + r.block * apart, _mm512_add_ps(d[4 + i], d[8 + i]));
        store16(place + 2 * r.block * apart, _mm512_sub_ps(d[8 + i], d[4 + i]));
        store16(place + 3 * r.block * apart, _mm512_sub_ps(d[4 + i], d[12 + i]));
      }
      for (std::size_t i = 0; i < 8; ++i) d[i] = d[8 + i];
    }
  }
}

// One output with what comes after the convolution.
template <class A>
AN_AVX512_INLINE void finish(__m512 y, __m512 bias, bool relu, bool add, A* to) {
  y = _mm512_add_ps(y, bias);
  if (add) y = _mm512_add_ps(y, load16(to));
  if (relu) y = positive(y);
  store16(to, y);
}

// A' m A of a strip's tiles and sixteen outputs; m's places are `stride` apart, its tiles `width`.
template <class A>
AN_AVX512 void transform_output(const Run<A>& r, const Strip& strip, std::size_t channel, const float* m,
                                std::size_t width) {
  const Shape& in = r.tiles.in;
  const std::size_t stride = r.block * width, below = in.columns * r.out_channels;
  const __m512 bias = r.bias != nullptr ? load16(r.bias + channel) : _mm512_setzero_ps();
  A* to = r.y + ((strip.image * in.rows + strip.row) * in.columns + strip.column) * r.out_channels + channel;
  const bool two_rows = strip.row + 1 < in.rows;
  for (std::size_t t = 0; t < strip.count; ++t, m += width, to += 2 * r.out_channels) {
    __m512 s[4], u[4];
    for (std::size_t j = 0; j < 4; ++j) {
      const __m512 a = load16(m + j * stride), b = load16(m + (4 + j) * stride);
      const __m512 c = load16(m + (8 + j) * stride), d = load16(m + (12 + j) * stride);
      s[j] = _mm512_add_ps(_mm512_add_ps(a, b), c);
      u[j] = _mm512_sub_ps(_mm512_sub_ps(b, c), d);
    }
    const bool two_columns = strip.column + 2 * t + 1 < in.columns;
    finish(_mm512_add_ps(_mm512_add_ps(s[0], s[1]), s[2]), bias, r.relu, r.add, to);
    if (two_columns) finish(_mm512_sub_ps(_mm512_sub_ps(s[1], s[2]), s[3]), bias, r.relu, r.add, to + r.out_channels);
    if (!two_rows) continue;
    finish(_mm512_add_ps(_mm512_add_ps(u[0], u[1]), u[2]), bias, r.relu, r.add, to + below);
    if (two_columns)
      finish(_mm512_sub_ps(_mm512_sub_ps(u[1], u[2]), u[3]), bias, r.relu, r.add, to + below + r.out_channels);
  }
}

// Outputs k to k + 16 Vectors of the tiles from `first` on, of which `x` holds the transformed inputs.
template <std::size_t Vectors, class A>
AN_AVX512 void outputs(const Run<A>& r, std::size_t first, std::size_t count, std::size_t k, const A* x, float* sums) {
  constexpr std::size_t held = group / Vectors, width = lanes * Vectors;
  const std::size_t channels = r.tiles.in.channels, padded = (count + held - 1) / held * held;
  const std::size_t apart = pitch<A>(channels);
  for (std::size_t p = 0; p < places; ++p) {
    const A* weights = r.weights + (k * places + p * width) * channels;
    for (std::size_t t = 0; t < padded; t += held)
      multiply<Vectors>(std::make_index_sequence<group>{}, x + (p * r.block + t) * apart, apart, weights, channels,
                        sums + (p * r.block + t) * width);
  }
  for (std::size_t t = 0; t < count;) {
    const Strip strip = strip_of(r.tiles, first + t, count - t);
    for (std::size_t v = 0; v < Vectors; ++v)
      transform_output(r, strip, k + v * lanes, sums + t * width + v * lanes, width);
    t += strip.count;
  }
}

template <class A>
AN_AVX512 void run_block(const Run<A>& r, std::size_t first, std::size_t count, A* scratch) {
  const std::size_t channels = r.tiles.in.channels;
  A* transformed = scratch + channels;  // first come zeros, for pixels outside
  auto* sums = reinterpret_cast<float*>(transformed + places * r.block * pitch<A>(channels));
  for (std::size_t t = 0; t < count;) {
    const Strip strip = strip_of(r.tiles, first + t, count - t);
    transform_input(r, strip, scratch, transformed + t * pitch<A>(channels));
    t += strip.count;
  }
  std::size_t k = 0;
  for (; k + 2 * lanes <= r.out_channels; k += 2 * lanes) outputs<2>(r, first, count, k, transformed, sums);
  if (k < r.out_channels) outputs<1>(r, first, count, k, transformed, sums);
}

// G g G' of one pair of channels.
std::array<float, places> transformed_weights(const std::array<float, 9>& g) {
  std::array<float, 12> half;
  for (std::size_t j = 0; j < 3; ++j) {
    half[j] = g[j];
    half[3 + j] = 0.5F * (g[j] + g[3 + j] + g[6 + j]);
    half[6 + j] = 0.5F * (g[j] - g[3 + j] + g[6 + j]);
    half[9 + j] = g[6 + j];
  }
  std::array<float, places> u;
  for (std::size_t i = 0; i < 4; ++i) {
    const float *h = half.data() + 3 * i, sum = h[0] + h[2];
    u[4 * i] = h[0];
    u[4 * i + 1] = 0.5F * (sum + h[1]);
    u[4 * i + 2] = 0.5F * (sum - h[1]);
    u[4 * i + 3] = h[2];
  }
  return u;
}

}  // namespace

template <class A>
bool Winograd<A>::suits(const Operation& o, const Shape& in, const Shape& out) {
  const bool square = o.kind == OperationKind::convolution && o.kernel_rows == 3 && o.kernel_columns == 3 &&
                      o.stride_rows == 1 && o.stride_columns == 1;
  return square && in.channels % lanes == 0 && out.channels % lanes == 0 && in.channels > 0 && has_avx512();
}

template <class A>
Winograd<A>::Winograd(const Shape& in, std::size_t out_channels, bool backward)
    : in_(in),
      out_channels_(out_channels),
      backward_(backward),
      block_(group),
      weights_(places * in.channels * out_channels * sizeof(A)) {
  constexpr std::size_t cached = 512 << 10;  // weights that a core keeps; others are read anew for each block
  if (places * in.channels * out_channels * sizeof(A) > cached) block_ = 4 * group;
}

template <class A>
std::size_t Winograd<A>::scratch_bytes() const {
  return (in_.channels + places * block_ * pitch<A>(in_.channels)) * sizeof(A) +
         places * block_ * 2 * lanes * sizeof(float);
}

// Weights lie in the order they are read: outputs by 32 (or 16), places, channels, outputs, channels of a step.
template <class A>
void Winograd<A>::pack(const float* weights) {
  constexpr std::size_t step = channels_a_step<A>;
  const std::size_t from = in_.channels, to = out_channels_;
  A* packed = weights_.as<A>();
  for (std::size_t c = 0; c < from; ++c)
    for (std::size_t k = 0; k < to; ++k) {
      std::array<float, 9> g;
      for (std::size_t tap = 0; tap < 9; ++tap)
        g[tap] = backward_ ? weights[((8 - tap) * to + k) * from + c] : weights[(tap * from + c) * to + k];
      const std::array<float, places> u = transformed_weights(g);
      const std::size_t chunk = k / (2 * lanes) * 2 * lanes, width = std::min(2 * lanes, to - chunk);
      for (std::size_t p = 0; p < places; ++p)
        packed[chunk * places * from + p * width * from +
               ((c / step * (width / lanes) + (k - chunk) / lanes) * lanes + k % lanes) * step + c % step] = A(u[p]);
    }
  packed_ = true;
}

template <class A>
void Winograd<A>::run(const A* x, const float* weights, const float* bias, bool relu, bool add, A* y,
                      const std::vector<AlignedMemory>& scratch) {
  if (!packed_) pack(weights);
  const Run<A> r{Tiles(in_), out_channels_, x, weights_.as<A>(), bias, relu, add, y, block_};
  for_each_part(r.tiles.count(), block_, [&](std::size_t first, std::size_t end) {
    A* mine = scratch[thread_number()].template as<A>();
    std::fill_n(mine, in_.channels, A(0));
    for (std::size_t t = first; t < end; t += block_) run_block(r, t, std::min(block_, end - t), mine);
  });
}

#else

template <class A>
bool Winograd<A>::suits(const Operation&, const Shape&, const Shape&) {
  return false;
}
template <class A>
Winograd<A>::Winograd(const Shape&, std::size_t, bool) {}
template <class A>
std::size_t Winograd<A>::scratch_bytes() const {
  return 0;
}
template <class A>
void Winograd<A>::run(const A*, const float*, const float*, bool, bool, A*, const std::vector<AlignedMemory>&) {}

#endif

template class Winograd<float>;
template class Winograd<BFloat16>;

}  // namespace an::kernels::onednn
