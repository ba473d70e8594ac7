// SPDX-License-Identifier: MIT
#include "kernels/onednn/spread_gradient.hpp"

#include <algorithm>

#include "kernels/onednn/avx512.hpp"
#include "kernels/onednn/normalisation.hpp"
#include "kernels/onednn/thread_sums.hpp"
#include "kernels/onednn/threads.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__)

namespace {

// Pixels as the products want them.
template <class A>
struct Steps {
  const A* first;
  Layout layout;
};

// `count` pixels, `apart` in memory: as they are, or interleaved in pairs (the last with zeros) in `memory`.
AN_AVX512_INLINE Steps<float> steps_of(const float* pixels, std::size_t apart, std::size_t, std::size_t, float*) {
  return {pixels, {apart, lanes}};
}
AN_AVX512_INLINE Steps<Bf16> steps_of(const Bf16* pixels, std::size_t apart, std::size_t count, std::size_t channels,
                                      Bf16* memory) {
  for (std::size_t p = 0; p < count; p += 2)
    for (std::size_t c = 0; c < channels; c += lanes) {
      Bf16* to = memory + p * channels + 2 * c;
      const Bf16* from = pixels + p * apart + c;
      store16(to, load16(from));
      store_second16(to, p + 1 < count ? load16(from + apart) : _mm512_setzero_ps());
    }
  return {memory, {2 * channels, 2 * lanes}};
}

template <class A>
struct Lines {
  const Shape &coarse, &fine;
  std::size_t kernel_rows, kernel_columns;
  const A *coarse_pixels, *fine_pixels;
};

// Adds the products of one row of coarse pixels.
template <class A>
AN_AVX512 void add_line(const Lines<A>& l, std::size_t row, float* sums, A* memory) {
  constexpr std::size_t step = channels_a_step<A>;
  const std::size_t columns = l.coarse.columns, wide = l.coarse.channels, narrow = l.fine.channels;
  const Steps<A> v = steps_of(l.coarse_pixels + row * columns * wide, wide, columns, wide, memory);
  for (std::size_t tap = 0; tap < l.kernel_rows * l.kernel_columns; ++tap) {
    const std::size_t fine_row = row * l.kernel_rows + tap / l.kernel_columns;
    const A* from = l.fine_pixels + (fine_row * l.fine.columns + tap % l.kernel_columns) * narrow;
    const Steps<A> x = steps_of(from, l.kernel_columns * narrow, columns, narrow, memory + (columns + 1) * wide);
    add_all_products(x.first, x.layout, narrow, v.first, v.layout, wide, (columns + step - 1) / step,
                     sums + tap * narrow * wide);
  }
}

}  // namespace

template <class A>
bool SpreadGradient<A>::suits(const Operation& o, const Shape& coarse, const Shape& fine) {
  return fills_blocks(o, coarse, fine) && in_sixteens(coarse.channels) && in_sixteens(fine.channels);
}

template <class A>
SpreadGradient<A>::SpreadGradient(const Operation& o, const Shape& coarse, const Shape& fine)
    : coarse_(coarse),
      fine_(fine),
      kernel_rows_(o.kernel_rows),
      kernel_columns_(o.kernel_columns),
      transposed_(o.kind == OperationKind::transposed_convolution) {}

template <class A>
std::size_t SpreadGradient<A>::products() const {
  return kernel_rows_ * kernel_columns_ * fine_.channels * coarse_.channels;
}

template <class A>
std::size_t SpreadGradient<A>::scratch_bytes() const {
  return products() * sizeof(float) + (coarse_.columns + 1) * (coarse_.channels + fine_.channels) * sizeof(A);
}

template <class A>
void SpreadGradient<A>::run(const A* x, A* dy, const A* y, float* dweights, float* dbias,
                            const std::vector<AlignedMemory>& scratch) const {
  bias_gradient(transposed_ ? fine_ : coarse_, dy, y, dbias);
  const Lines<A> lines{coarse_, fine_, kernel_rows_, kernel_columns_, transposed_ ? x : dy, transposed_ ? dy : x};
  clear_sums(scratch, products());
  for_each_part(coarse_.images * coarse_.rows, 1, [&](std::size_t first, std::size_t end) {
    auto* sums = scratch[thread_number()].template as<float>();
    for (std::size_t row = first; row < end; ++row) add_line(lines, row, sums, reinterpret_cast<A*>(sums + products()));
  });
  std::copy_n(sums_of_threads(scratch, products()), products(), dweights);
}

#else

template <class A>
bool SpreadGradient<A>::suits(const Operation&, const Shape&, const Shape&) {
  return false;
}
template <class A>
SpreadGradient<A>::SpreadGradient(const Operation&, const Shape&, const Shape&)
    : kernel_rows_(1), kernel_columns_(1), transposed_(false) {}
template <class A>
std::size_t SpreadGradient<A>::scratch_bytes() const {
  return 0;
}
template <class A>
void SpreadGradient<A>::run(const A*, A*, const A*, float*, float*, const std::vector<AlignedMemory>&) const {}

#endif

template class SpreadGradient<float>;
template class SpreadGradient<Bf16>;

}  // namespace an::kernels::onednn
