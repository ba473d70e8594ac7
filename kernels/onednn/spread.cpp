// SPDX-License-Identifier: MIT
#include "kernels/onednn/spread.hpp"

#include <algorithm>

#include "kernels/onednn/finish.hpp"
#include "kernels/onednn/threads.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

constexpr std::size_t held = 26;  // sums in registers

// A kernel place and sixteen (or 32) outputs of a run.
template <class A>
struct Part {
  const Shape &in, &out;
  std::size_t kernel_rows, kernel_columns, row, column, channel;
  const A* weights;
  After after;
  A* y;
};

// `Pixels` of them from `first` on.
template <std::size_t Vectors, std::size_t Pixels, class A>
AN_AVX512 void spread_pixels(const Part<A>& part, const A* x, std::size_t first) {
  float sums[Pixels * Vectors * lanes];
  multiply<Vectors>(std::make_index_sequence<Pixels * Vectors>{}, x + first * part.in.channels,
                    Layout{part.in.channels, lanes}, part.weights, part.in.channels, sums);
  const std::size_t line = first / part.in.columns, apart = part.kernel_columns * part.out.channels;
  std::size_t left = part.in.columns - first % part.in.columns;  // pixels of this line
  A* to = part.y + (line * part.kernel_rows + part.row) * part.out.columns * part.out.channels +
          (part.in.columns - left) * apart + part.column * part.out.channels + part.channel;
  for (std::size_t p = 0; p < Pixels; ++p) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      const __m512 bias = bias_at(part.after, part.channel + v * lanes);
      finish(load16(sums + (p * Vectors + v) * lanes), bias, part.after, to + v * lanes);
    }
    to += apart;
    if (--left > 0) continue;
    left = part.in.columns;
    to += (part.kernel_rows - 1) * part.out.columns * part.out.channels;
  }
}

template <std::size_t Vectors, class A>
AN_AVX512 void spread_part(const Part<A>& part, const A* x, std::size_t first, std::size_t end) {
  constexpr std::size_t many = held / Vectors;
  for (; first + many <= end; first += many) spread_pixels<Vectors, many>(part, x, first);
  for (; first < end; ++first) spread_pixels<Vectors, 1>(part, x, first);
}

}  // namespace

template <class A>
bool Spread<A>::suits(const Operation& o, const Shape& in, const Shape& out) {
  return fills_blocks(o, in, out) && in_sixteens(out.channels) && in.channels % channels_a_step<A> == 0;
}

template <class A>
Spread<A>::Spread(const Operation& o, const Shape& in, const Shape& out)
    : in_(in),
      out_(out),
      kernel_rows_(o.kernel_rows),
      kernel_columns_(o.kernel_columns),
      weights_(o.kernel_rows * o.kernel_columns * in.channels * out.channels * sizeof(A)) {}

// In the order they are read: kernel places, outputs by 32 (or 16), channels, outputs, channels of a step.
template <class A>
void Spread<A>::pack(const float* weights) {
  constexpr std::size_t step = channels_a_step<A>;
  const std::size_t from = in_.channels, to = out_.channels;
  A* packed = weights_.as<A>();
  for (std::size_t tap = 0; tap < kernel_rows_ * kernel_columns_; ++tap)
    for (std::size_t k = 0; k < to; ++k) {
      const std::size_t chunk = k / (2 * lanes) * 2 * lanes, width = std::min(2 * lanes, to - chunk);
      A* panel = packed + (tap * to + chunk) * from;
      for (std::size_t c = 0; c < from; ++c)
        panel[((c / step * (width / lanes) + (k - chunk) / lanes) * lanes + k % lanes) * step + c % step] =
            A(weights[(tap * to + k) * from + c]);
    }
}

template <class A>
void Spread<A>::multiply(const A* x, const After& after, A* y, const std::vector<AlignedMemory>&) {
  // Few pixels at a time, which stay in the cache while all their outputs are made.
  const std::size_t some =
      held * std::max<std::size_t>(1, (std::size_t{128} << 10) / (held * in_.channels * sizeof(A)));
  for_each_part(in_.pixels(), held, [&](std::size_t begin, std::size_t end) {
    for (std::size_t first = begin; first < end; first += some)
      for (std::size_t tap = 0; tap < kernel_rows_ * kernel_columns_; ++tap)
        for (std::size_t k = 0; k < out_.channels; k += 2 * lanes) {
          const Part<A> part{in_,
                             out_,
                             kernel_rows_,
                             kernel_columns_,
                             tap / kernel_columns_,
                             tap % kernel_columns_,
                             k,
                             weights_.template as<A>() + (tap * out_.channels + k) * in_.channels,
                             after,
                             y};
          const std::size_t last = std::min(first + some, end);
          if (k + 2 * lanes <= out_.channels) {
            spread_part<2>(part, x, first, last);
          } else {
            spread_part<1>(part, x, first, last);
          }
        }
  });
}

#else

template <class A>
bool Spread<A>::suits(const Operation&, const Shape&, const Shape&) {
  return false;
}
template <class A>
Spread<A>::Spread(const Operation&, const Shape&, const Shape&) {}
template <class A>
void Spread<A>::pack(const float*) {}
template <class A>
void Spread<A>::multiply(const A*, const After&, A*, const std::vector<AlignedMemory>&) {}

#endif

template class Spread<float>;
template class Spread<Bf16>;

}  // namespace an::kernels::onednn
