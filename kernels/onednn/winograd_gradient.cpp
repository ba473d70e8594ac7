// SPDX-License-Identifier: MIT
#include "kernels/onednn/winograd_gradient.hpp"

#include "kernels/onednn/thread_sums.hpp"
#include "kernels/onednn/threads.hpp"
#include "kernels/onednn/winograd_tiles.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

template <class A>
constexpr bool paired = channels_a_step<A> == 2;

// Sixteen channels of an output's gradient; zeros, written back, where `y` tells that a ReLU was closed.
template <class A>
struct Place {
  A* dy;
  const A* y;  // or null: no ReLU
};
template <class A>
AN_AVX512_INLINE __m512 opened(const Place<A>& at) {
  __m512 gradient = load16(at.dy);
  if (at.y == nullptr) return gradient;
  gradient = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(load16(at.y), _mm512_setzero_ps(), _CMP_GT_OQ), gradient);
  store16(at.dy, gradient);
  return gradient;
}

// A dy A' of a strip's tiles, to the block's tiles from `first` on; adds the outputs' gradients to `sums` of channels.
template <class A>
AN_AVX512 void transform_gradient(const Shape& out, A* dy, const A* y, const Strip& strip, float* sums,
                                  const TileBlock<A, paired<A>>& block, std::size_t first) {
  const std::size_t stride = block.place_stride();
  const bool two_rows = strip.row + 1 < out.rows;
  const std::size_t corner = ((strip.image * out.rows + strip.row) * out.columns + strip.column) * out.channels;
  for (std::size_t k = 0; k < out.channels; k += lanes) {
    __m512 sum = load16(sums + k);
    for (std::size_t t = 0; t < strip.count; ++t) {
      const std::size_t upper = corner + 2 * t * out.channels + k, lower = upper + out.columns * out.channels;
      const bool two_columns = strip.column + 2 * t + 1 < out.columns, second = (first + t) % 2 != 0;
      const auto gradient = [&](std::size_t place) { return Place<A>{dy + place, y == nullptr ? y : y + place}; };
      const __m512 zero = _mm512_setzero_ps();
      const __m512 left[2] = {opened(gradient(upper)), two_rows ? opened(gradient(lower)) : zero};
      const __m512 right[2] = {two_columns ? opened(gradient(upper + out.channels)) : zero,
                               two_rows && two_columns ? opened(gradient(lower + out.channels)) : zero};
      const __m512 a[4] = {left[0], _mm512_add_ps(left[0], left[1]), _mm512_sub_ps(left[0], left[1]),
                           _mm512_sub_ps(zero, left[1])};
      const __m512 b[4] = {right[0], _mm512_add_ps(right[0], right[1]), _mm512_sub_ps(right[0], right[1]),
                           _mm512_sub_ps(zero, right[1])};
      sum = _mm512_add_ps(sum, _mm512_add_ps(a[1], b[1]));
      A* place = block.at(first + t, k);
      for (std::size_t i = 0; i < 4; ++i, place += 4 * stride) {
        block.put(place, second, a[i]);
        block.put(place + stride, second, _mm512_add_ps(a[i], b[i]));
        block.put(place + 2 * stride, second, _mm512_sub_ps(a[i], b[i]));
        block.put(place + 3 * stride, second, _mm512_sub_ps(zero, b[i]));
      }
    }
    store16(sums + k, sum);
  }
}

// A tile of zeros, where a pair lacks its second.
template <class A>
AN_AVX512 void put_zeros(const TileBlock<A, paired<A>>& block, std::size_t tile, std::size_t channels) {
  for (std::size_t p = 0; p < tile_places; ++p)
    for (std::size_t c = 0; c < channels; c += lanes)
      block.put(block.at(tile, c) + p * block.place_stride(), true, _mm512_setzero_ps());
}

// A thread's memory.
template <class A>
struct Scratch {
  float *products, *sums;  // of places, input and output channels; of output channels
  A* zeros;
  TileBlock<A, paired<A>> inputs, gradients;

  Scratch(const AlignedMemory& memory, std::size_t in, std::size_t out, std::size_t block)
      : products(memory.as<float>()),
        sums(products + tile_places * in * out),
        zeros(reinterpret_cast<A*>(sums + out)),
        inputs{zeros + in, in, block},
        gradients{inputs.place(tile_places), out, block} {}
};

template <class A>
AN_AVX512 void run_block(const Tiles& tiles, const Shape& out, const A* x, A* dy, const A* y, std::size_t first,
                         std::size_t count, const Scratch<A>& scratch) {
  const std::size_t in_channels = tiles.in.channels;
  for (std::size_t t = 0; t < count;) {
    const Strip strip = strip_of(tiles, first + t, count - t);
    transform_input(tiles.in, x, strip, scratch.zeros, scratch.inputs, t);
    transform_gradient(out, dy, y, strip, scratch.sums, scratch.gradients, t);
    t += strip.count;
  }
  constexpr std::size_t step = channels_a_step<A>;
  if (count % step != 0) {
    put_zeros(scratch.inputs, count, in_channels);
    put_zeros(scratch.gradients, count, out.channels);
  }
  for (std::size_t p = 0; p < tile_places; ++p)
    add_all_products(scratch.inputs.place(p), scratch.inputs.layout(), in_channels, scratch.gradients.place(p),
                     scratch.gradients.layout(), out.channels, (count + step - 1) / step,
                     scratch.products + p * in_channels * out.channels);
}

// G' of three rows or columns from four.
AN_AVX512_INLINE void three_of_four(const __m512* u, std::size_t apart, __m512* to, std::size_t to_apart) {
  const __m512 half = _mm512_set1_ps(0.5F);
  const __m512 sum = _mm512_mul_ps(half, _mm512_add_ps(u[apart], u[2 * apart]));
  to[0] = _mm512_add_ps(u[0], sum);
  to[to_apart] = _mm512_mul_ps(half, _mm512_sub_ps(u[apart], u[2 * apart]));
  to[2 * to_apart] = _mm512_add_ps(sum, u[3 * apart]);
}

// G' u G: from places (of all pairs of channels) to the taps of a kernel.
AN_AVX512 void finish(const float* products, std::size_t pairs, float* dweights) {
  for (std::size_t i = 0; i < pairs; i += lanes) {
    __m512 u[16], rows[12], taps[9];
    for (std::size_t p = 0; p < tile_places; ++p) u[p] = load16(products + p * pairs + i);
    for (std::size_t r = 0; r < 4; ++r) three_of_four(u + 4 * r, 1, rows + 3 * r, 1);
    for (std::size_t j = 0; j < 3; ++j) three_of_four(rows + j, 3, taps + j, 3);
    for (std::size_t tap = 0; tap < 9; ++tap) store16(dweights + tap * pairs + i, taps[tap]);
  }
}

}  // namespace

template <class A>
WinogradGradient<A>::WinogradGradient(const Shape& in, std::size_t out_channels)
    : in_(in), out_channels_(out_channels), block_(tile_group) {
  constexpr std::size_t cached = 256 << 10;  // products that a core keeps; others are read and written by each block
  if (tile_places * in.channels * out_channels * sizeof(float) > cached) block_ = 4 * tile_group;
}

template <class A>
std::size_t WinogradGradient<A>::scratch_bytes() const {
  const std::size_t sums = tile_places * in_.channels * out_channels_ + out_channels_;
  return sums * sizeof(float) + (in_.channels + tile_places * block_ * (in_.channels + out_channels_)) * sizeof(A);
}

template <class A>
void WinogradGradient<A>::run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
                              const std::vector<AlignedMemory>& scratch) const {
  const Tiles tiles(in_);
  Shape out = in_;
  out.channels = out_channels_;
  const std::size_t pairs = in_.channels * out_channels_, sums = tile_places * pairs + out_channels_;
  clear_sums(scratch, sums);
  for_each_part(tiles.count(), block_, [&](std::size_t first, std::size_t end) {
    const Scratch<A> mine(scratch[thread_number()], in_.channels, out_channels_, block_);
    std::fill_n(mine.zeros, in_.channels, A(0));
    for (std::size_t t = first; t < end; t += block_)
      run_block(tiles, out, x, dy, y, t, std::min(block_, end - t), mine);
  });
  const float* total = sums_of_threads(scratch, sums);
  finish(total, pairs, dweights);
  std::copy_n(total + tile_places * pairs, out_channels_, dbias);
}

#else

template <class A>
WinogradGradient<A>::WinogradGradient(const Shape& in, std::size_t out_channels)
    : in_(in), out_channels_(out_channels), block_(0) {}
template <class A>
std::size_t WinogradGradient<A>::scratch_bytes() const {
  return 0;
}
template <class A>
void WinogradGradient<A>::run(const A*, A*, const A*, float*, float*, const std::vector<AlignedMemory>&) const {}

#endif

template class WinogradGradient<float>;
template class WinogradGradient<Bf16>;

}  // namespace an::kernels::onednn
