// SPDX-License-Identifier: MIT
#include "kernels/onednn/winograd.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/onednn/avx512.hpp"
#include "kernels/onednn/library.hpp"
#include "kernels/onednn/threads.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

constexpr std::size_t lanes = 16;
constexpr std::size_t places = 16;  // of a 4x4 tile
constexpr std::size_t group = 26;   // a multiple of the tiles that one multiplication holds in registers

// Where tiles of 2x2 outputs lie.
struct Tiles {
  Shape in;
  std::size_t rows, columns;
  explicit Tiles(const Shape& shape) : in(shape), rows((shape.rows + 1) / 2), columns((shape.columns + 1) / 2) {}
  std::size_t count() const { return in.images * rows * columns; }
};

// Pixel of a tile's upper left output.
struct Place {
  std::size_t image, row, column;
};
Place place_of(const Tiles& t, std::size_t tile) {
  return {tile / (t.rows * t.columns), 2 * (tile / t.columns % t.rows), 2 * (tile % t.columns)};
}

// The 16 input pixels of a tile; those outside the image are zeros.
template <class A>
std::array<const A*, places> tile_pixels(const Tiles& t, std::size_t tile, const A* x, const A* zeros) {
  const Place p = place_of(t, tile);
  std::array<const A*, places> pixels;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t row = p.row + i, column = p.column + j;  // one more than in the image
      const bool inside = row >= 1 && row <= t.in.rows && column >= 1 && column <= t.in.columns;
      pixels[4 * i + j] =
          inside ? x + ((p.image * t.in.rows + row - 1) * t.in.columns + column - 1) * t.in.channels : zeros;
    }
  return pixels;
}

// B' d B of one tile, sixteen channels after sixteen; place i goes to `to` + i * stride.
template <class A>
AN_AVX512 void transform_input(const std::array<const A*, places>& pixels, std::size_t channels, A* to,
                               std::size_t stride) {
  for (std::size_t c = 0; c < channels; c += lanes) {
    __m512 d[places];
    for (std::size_t j = 0; j < 4; ++j) {
      const __m512 a = load16(pixels[j] + c), b = load16(pixels[4 + j] + c);
      const __m512 e = load16(pixels[8 + j] + c), f = load16(pixels[12 + j] + c);
      d[j] = _mm512_sub_ps(a, e);
      d[4 + j] = _mm512_add_ps(b, e);
      d[8 + j] = _mm512_sub_ps(e, b);
      d[12 + j] = _mm512_sub_ps(b, f);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const __m512* row = d + 4 * i;
      A* at = to + 4 * i * stride + c;
      store16(at, _mm512_sub_ps(row[0], row[2]));
      store16(at + stride, _mm512_add_ps(row[1], row[2]));
      store16(at + 2 * stride, _mm512_sub_ps(row[2], row[1]));
      store16(at + 3 * stride, _mm512_sub_ps(row[1], row[3]));
    }
  }
}

// Sums of sizeof...(I) / Vectors tiles and 16 Vectors outputs, held in registers.
template <std::size_t Vectors, class A, std::size_t... I>
AN_AVX512 void multiply(std::index_sequence<I...>, const A* x, const A* weights, std::size_t channels, float* sums) {
  __m512 held[] = {(static_cast<void>(I), _mm512_setzero_ps())...};
  constexpr std::size_t step = channels_a_step<A>;
  for (std::size_t c = 0; c < channels; c += step, weights += step * lanes * Vectors)
    ((held[I] = multiply_add(x + (I / Vectors) * channels + c, weights + (I % Vectors) * step * lanes, held[I])), ...);
  (_mm512_storeu_ps(sums + I * lanes, held[I]), ...);
}

// A' m A of one tile and sixteen outputs, with bias and ReLU.
template <class A>
AN_AVX512 void transform_output(const float* m, std::size_t stride, __m512 bias, bool relu, bool add,
                                const std::array<A*, 4>& pixels) {
  __m512 s[8];
  for (std::size_t j = 0; j < 4; ++j) {
    const __m512 a = load16(m + j * stride), b = load16(m + (4 + j) * stride);
    const __m512 c = load16(m + (8 + j) * stride), d = load16(m + (12 + j) * stride);
    s[j] = _mm512_add_ps(_mm512_add_ps(a, b), c);
    s[4 + j] = _mm512_sub_ps(_mm512_sub_ps(b, c), d);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const __m512* row = s + 4 * i;
    __m512 y[2] = {_mm512_add_ps(_mm512_add_ps(row[0], row[1]), row[2]),
                   _mm512_sub_ps(_mm512_sub_ps(row[1], row[2]), row[3])};
    for (std::size_t j = 0; j < 2; ++j) {
      A* to = pixels[2 * i + j];
      if (to == nullptr) continue;
      y[j] = _mm512_add_ps(y[j], bias);
      if (add) y[j] = _mm512_add_ps(y[j], load16(to));
      if (relu) y[j] = positive(y[j]);
      store16(to, y[j]);
    }
  }
}

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
};

// Outputs of one tile from channel k on; null where a tile hangs over the edge.
template <class A>
std::array<A*, 4> output_pixels(const Run<A>& r, std::size_t tile, std::size_t k) {
  const Place p = place_of(r.tiles, tile);
  const Shape& s = r.tiles.in;
  std::array<A*, 4> pixels;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t row = p.row + i / 2, column = p.column + i % 2;
    const bool inside = row < s.rows && column < s.columns;
    pixels[i] = inside ? r.y + ((p.image * s.rows + row) * s.columns + column) * r.out_channels + k : nullptr;
  }
  return pixels;
}

// Outputs k to k + 16 Vectors of the tiles from `first` on, of which `x` holds the transformed inputs.
template <std::size_t Vectors, class A>
AN_AVX512 void outputs(const Run<A>& r, std::size_t first, std::size_t count, std::size_t k, const A* x,
                       std::size_t block, float* sums) {
  constexpr std::size_t held = group / Vectors, width = lanes * Vectors;
  const std::size_t channels = r.tiles.in.channels, padded = (count + held - 1) / held * held;
  for (std::size_t p = 0; p < places; ++p) {
    const A* weights = r.weights + (k * places + p * width) * channels;
    for (std::size_t t = 0; t < padded; t += held)
      multiply<Vectors>(std::make_index_sequence<group>{}, x + (p * block + t) * channels, weights, channels,
                        sums + (p * block + t) * width);
  }
  for (std::size_t v = 0; v < Vectors; ++v) {
    const std::size_t from = k + v * lanes;
    const __m512 bias = r.bias != nullptr ? load16(r.bias + from) : _mm512_setzero_ps();
    for (std::size_t t = 0; t < count; ++t)
      transform_output(sums + t * width + v * lanes, block * width, bias, r.relu, r.add,
                       output_pixels(r, first + t, from));
  }
}

template <class A>
AN_AVX512 void run_block(const Run<A>& r, std::size_t first, std::size_t count, std::size_t block, A* scratch) {
  const std::size_t channels = r.tiles.in.channels;
  A* transformed = scratch + channels;  // first come zeros, for pixels outside
  auto* sums = reinterpret_cast<float*>(transformed + places * block * channels);
  for (std::size_t t = 0; t < count; ++t)
    transform_input(tile_pixels<A>(r.tiles, first + t, r.x, scratch), channels, transformed + t * channels,
                    block * channels);
  std::size_t k = 0;
  for (; k + 2 * lanes <= r.out_channels; k += 2 * lanes) outputs<2>(r, first, count, k, transformed, block, sums);
  if (k < r.out_channels) outputs<1>(r, first, count, k, transformed, block, sums);
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
  return square && in.channels % lanes == 0 && out.channels % lanes == 0 && in.channels > 0 &&
         __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
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
  return in_.channels * sizeof(A) * (1 + places * block_) + places * block_ * 2 * lanes * sizeof(float);
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
  const Run<A> r{Tiles(in_), out_channels_, x, weights_.as<A>(), bias, relu, add, y};
  for_each_part(r.tiles.count(), block_, [&](std::size_t first, std::size_t end) {
    A* mine = scratch[thread_number()].template as<A>();
    std::fill_n(mine, in_.channels, A(0));
    for (std::size_t t = first; t < end; t += block_) run_block(r, t, std::min(block_, end - t), block_, mine);
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
