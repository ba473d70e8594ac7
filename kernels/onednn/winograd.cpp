// SPDX-License-Identifier: MIT
#include "kernels/onednn/winograd.hpp"

#include <algorithm>
#include <array>

#include "kernels/onednn/finish.hpp"
#include "kernels/onednn/threads.hpp"
#include "kernels/onednn/winograd_tiles.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

// What a run does with all its tiles.
template <class A>
struct Run {
  Tiles tiles;
  std::size_t out_channels;
  const A* x;
  const A* weights;
  After after;
  A* y;
  std::size_t block;  // tiles of a block of scratch
};

// A' m A of a strip's tiles and sixteen outputs; m's places are `stride` apart, its tiles `width`.
template <class A>
AN_AVX512 void transform_output(const Run<A>& r, const Strip& strip, std::size_t channel, const float* m,
                                std::size_t width) {
  const Shape& in = r.tiles.in;
  const std::size_t stride = r.block * width, below = in.columns * r.out_channels;
  const __m512 bias = bias_at(r.after, channel);
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
    finish(_mm512_add_ps(_mm512_add_ps(s[0], s[1]), s[2]), bias, r.after, to);
    if (two_columns) finish(_mm512_sub_ps(_mm512_sub_ps(s[1], s[2]), s[3]), bias, r.after, to + r.out_channels);
    if (!two_rows) continue;
    finish(_mm512_add_ps(_mm512_add_ps(u[0], u[1]), u[2]), bias, r.after, to + below);
    if (two_columns) finish(_mm512_sub_ps(_mm512_sub_ps(u[1], u[2]), u[3]), bias, r.after, to + below + r.out_channels);
  }
}

// Outputs k to k + 16 Vectors of the tiles from `first` on, of which the transformed inputs are given.
template <std::size_t Vectors, class A>
AN_AVX512 void outputs(const Run<A>& r, std::size_t first, std::size_t count, std::size_t k,
                       const TileBlock<A, false>& inputs, float* sums) {
  constexpr std::size_t held = tile_group / Vectors, width = lanes * Vectors;
  const std::size_t channels = r.tiles.in.channels, padded = (count + held - 1) / held * held;
  const Layout layout{lanes, r.block * lanes};
  for (std::size_t p = 0; p < tile_places; ++p) {
    const A* weights = r.weights + (k * tile_places + p * width) * channels;
    for (std::size_t t = 0; t < padded; t += held)
      multiply<Vectors>(std::make_index_sequence<tile_group>{}, inputs.place(p) + t * lanes, layout, weights, channels,
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
  auto* sums = reinterpret_cast<float*>(transformed + tile_places * r.block * channels);
  const TileBlock<A, false> inputs{transformed, channels, r.block};
  for (std::size_t t = 0; t < count;) {
    const Strip strip = strip_of(r.tiles, first + t, count - t);
    transform_input(r.tiles.in, r.x, strip, scratch, inputs, t);
    t += strip.count;
  }
  std::size_t k = 0;
  for (; k + 2 * lanes <= r.out_channels; k += 2 * lanes) outputs<2>(r, first, count, k, inputs, sums);
  if (k < r.out_channels) outputs<1>(r, first, count, k, inputs, sums);
}

// G g G' of one pair of channels.
std::array<float, tile_places> transformed_weights(const std::array<float, 9>& g) {
  std::array<float, 12> half;
  for (std::size_t j = 0; j < 3; ++j) {
    half[j] = g[j];
    half[3 + j] = 0.5F * (g[j] + g[3 + j] + g[6 + j]);
    half[6 + j] = 0.5F * (g[j] - g[3 + j] + g[6 + j]);
    half[9 + j] = g[6 + j];
  }
  std::array<float, tile_places> u;
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
      block_(tile_group),
      weights_(tile_places * in.channels * out_channels * sizeof(A)) {
  constexpr std::size_t cached = 512 << 10;  // weights that a core keeps; others are read anew for each block
  if (tile_places * in.channels * out_channels * sizeof(A) > cached) block_ = 4 * tile_group;
}

template <class A>
std::size_t Winograd<A>::scratch_bytes() const {
  return in_.channels * (1 + tile_places * block_) * sizeof(A) + tile_places * block_ * 2 * lanes * sizeof(float);
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
      const std::array<float, tile_places> u = transformed_weights(g);
      const std::size_t chunk = k / (2 * lanes) * 2 * lanes, width = std::min(2 * lanes, to - chunk);
      for (std::size_t p = 0; p < tile_places; ++p)
        packed[chunk * tile_places * from + p * width * from +
               ((c / step * (width / lanes) + (k - chunk) / lanes) * lanes + k % lanes) * step + c % step] = A(u[p]);
    }
}

template <class A>
void Winograd<A>::multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>& scratch) {
  const Run<A> r{Tiles(in_), out_channels_, x, weights_.template as<A>(), after, y, block_};
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
void Winograd<A>::pack(const float*) {}
template <class A>
void Winograd<A>::multiply(const A*, const After&, A*, const std::vector<AlignedMemory>&) {}

#endif

template class Winograd<float>;
template class Winograd<Bf16>;

}  // namespace an::kernels::onednn
