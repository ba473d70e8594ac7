// SPDX-License-Identifier: MIT
#include "kernels/onednn/single_output.hpp"

#include <algorithm>

#include "kernels/onednn/finish.hpp"
#include "kernels/onednn/thread_sums.hpp"
#include "kernels/onednn/threads.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

// Of sixteen vectors, the sum of each.
AN_AVX512_INLINE __m512 sums_of(const __m512* v) {
  __m512 two[8], four[4], eight[2];
  for (std::size_t i = 0; i < 8; ++i)
    two[i] = _mm512_add_ps(_mm512_maskz_unpacklo_ps(all, v[2 * i], v[2 * i + 1]),
                           _mm512_maskz_unpackhi_ps(all, v[2 * i], v[2 * i + 1]));
  for (std::size_t i = 0; i < 4; ++i)
    four[i] = _mm512_add_ps(_mm512_maskz_shuffle_ps(all, two[2 * i], two[2 * i + 1], 0x44),
                            _mm512_maskz_shuffle_ps(all, two[2 * i], two[2 * i + 1], 0xEE));
  for (std::size_t i = 0; i < 2; ++i)
    eight[i] = _mm512_add_ps(_mm512_maskz_shuffle_f32x4(all, four[2 * i], four[2 * i + 1], 0x88),
                             _mm512_maskz_shuffle_f32x4(all, four[2 * i], four[2 * i + 1], 0xDD));
  return _mm512_add_ps(_mm512_maskz_shuffle_f32x4(all, eight[0], eight[1], 0x88),
                       _mm512_maskz_shuffle_f32x4(all, eight[0], eight[1], 0xDD));
}

// What is multiplied: pixels of `channels` with weights.
template <class A>
struct Pixels {
  std::size_t channels;
  const A* x;
  const float* weights;
  float bias;
  After after;
  A* y;
};

template <class A>
AN_AVX512_INLINE __m512 products(const Pixels<A>& p, std::size_t pixel) {
  const A* x = p.x + pixel * p.channels;
  __m512 sum = _mm512_mul_ps(load16(x), load16(p.weights));
  for (std::size_t k = lanes; k < p.channels; k += lanes)
    sum = _mm512_fmadd_ps(load16(x + k), load16(p.weights + k), sum);
  return sum;
}

template <class A>
AN_AVX512 void sum_channels(const Pixels<A>& p, std::size_t first, std::size_t end) {
  for (; first < end; first += lanes) {
    const std::size_t count = std::min(lanes, end - first);
    __m512 v[lanes];
    for (std::size_t i = 0; i < lanes; ++i) v[i] = i < count ? products(p, first + i) : _mm512_setzero_ps();
    A last[lanes] = {};  // of which not all are pixels
    A* y = count == lanes ? p.y + first : last;
    if (count < lanes) std::copy_n(p.y + first, count, last);
    finish(sums_of(v), _mm512_set1_ps(p.bias), p.after, y);
    if (count < lanes) std::copy_n(last, count, p.y + first);
  }
}

// The other way round: pixels of one channel to all, with what the weights give each.
template <class A>
AN_AVX512 void spread_channels(const Pixels<A>& p, std::size_t first, std::size_t end) {
  for (; first < end; ++first) {
    const __m512 one = _mm512_set1_ps(static_cast<float>(p.x[first]));
    A* y = p.y + first * p.channels;
    for (std::size_t k = 0; k < p.channels; k += lanes) {
      finish(_mm512_mul_ps(one, load16(p.weights + k)), _mm512_setzero_ps(), p.after, y + k);
    }
  }
}

// Adds to `sums` of channels and, after them, of dy.
template <class A>
AN_AVX512 void add_gradients(const A* x, A* dy, const A* y, std::size_t channels, std::size_t first, std::size_t end,
                             float* sums) {
  constexpr std::size_t some = 64;
  for (; first < end; first += some) {
    const std::size_t count = std::min(some, end - first);
    float given[some], total = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (y != nullptr && !(static_cast<float>(y[first + i]) > 0)) dy[first + i] = A(0.0F);
      given[i] = static_cast<float>(dy[first + i]);
      total += given[i];
    }
    sums[channels] += total;
    for (std::size_t k = 0; k < channels; k += lanes) {
      __m512 even = load16(sums + k), odd = _mm512_setzero_ps();
      const A* from = x + first * channels + k;
      std::size_t i = 0;
      for (; i + 2 <= count; i += 2) {
        even = _mm512_fmadd_ps(_mm512_set1_ps(given[i]), load16(from + i * channels), even);
        odd = _mm512_fmadd_ps(_mm512_set1_ps(given[i + 1]), load16(from + (i + 1) * channels), odd);
      }
      if (i < count) even = _mm512_fmadd_ps(_mm512_set1_ps(given[i]), load16(from + i * channels), even);
      _mm512_storeu_ps(sums + k, _mm512_add_ps(even, odd));
    }
  }
}

}  // namespace

bool has_single_output(const Operation& o, const Shape& in, const Shape& out) {
  return o.kind == OperationKind::convolution && o.kernel_rows == 1 && o.kernel_columns == 1 && o.stride_rows == 1 &&
         o.stride_columns == 1 && out.channels == 1 && in.channels > 0 && in_sixteens(in.channels);
}

template <class A>
void SingleOutput<A>::multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>&) {
  const Pixels<A> p{in_.channels, x, weights_.data(), after.bias == nullptr ? 0 : *after.bias, after, y};
  for_each_part(in_.pixels(), lanes, [&](std::size_t first, std::size_t end) {
    backward_ ? spread_channels(p, first, end) : sum_channels(p, first, end);
  });
}

template <class A>
void SingleOutputGradient<A>::run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
                                  const std::vector<AlignedMemory>& scratch) const {
  clear_sums(scratch, in_.channels + 1);
  for_each_part(in_.pixels(), lanes, [&](std::size_t first, std::size_t end) {
    add_gradients(x, dy, y, in_.channels, first, end, scratch[thread_number()].template as<float>());
  });
  const float* sums = sums_of_threads(scratch, in_.channels + 1);
  std::copy_n(sums, in_.channels, dweights);
  *dbias = sums[in_.channels];
}

#else

bool has_single_output(const Operation&, const Shape&, const Shape&) { return false; }
template <class A>
void SingleOutput<A>::multiply(const A*, const After&, A*, const std::vector<AlignedMemory>&) {}
template <class A>
void SingleOutputGradient<A>::run(const A*, A*, const A*, float*, float*, const std::vector<AlignedMemory>&) const {}

#endif

template class SingleOutput<float>;
template class SingleOutput<Bf16>;
template class SingleOutputGradient<float>;
template class SingleOutputGradient<Bf16>;

}  // namespace an::kernels::onednn
