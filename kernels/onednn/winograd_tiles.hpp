// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/avx512.hpp"

#if defined(__x86_64__)
#include <algorithm>

#include "kernels/kernels.hpp"

/// Tiles of minimal filtering, F(2x2, 3x3) of Lavin and Gray (2016): what the forward run and the gradient of the
/// weights share.
namespace an::kernels::onednn {

inline constexpr std::size_t tile_places = 16;  ///< 4x4
inline constexpr std::size_t tile_group = 26;   ///< blocks of tiles are multiples of it

/// Where tiles of 2x2 outputs lie.
struct Tiles {
  Shape in;
  std::size_t rows, columns;
  explicit Tiles(const Shape& shape) : in(shape), rows((shape.rows + 1) / 2), columns((shape.columns + 1) / 2) {}
  std::size_t count() const { return in.images * rows * columns; }
};

/// Tiles beside each other: their image, upper row and left column in the image.
struct Strip {
  std::size_t image, row, column, count;
};

/// The tiles from `first` on that lie in one row, `most` at most.
inline Strip strip_of(const Tiles& t, std::size_t first, std::size_t most) {
  const std::size_t column = first % t.columns, row = first / t.columns;
  return {row / t.rows, 2 * (row % t.rows), 2 * column, std::min(most, t.columns - column)};
}

/// Transformed tiles of a block: place after place, then sixteen channels after sixteen, then tiles. `Paired`: two
/// tiles interleaved.
template <class A, bool Paired>
struct TileBlock {
  A* memory;
  std::size_t channels, tiles;

  A* at(std::size_t tile, std::size_t channel) const {
    return memory + channel * tiles + (Paired ? tile / 2 * 2 : tile) * lanes;
  }
  A* place(std::size_t i) const { return memory + i * place_stride(); }
  std::size_t place_stride() const { return tiles * channels; }
  Layout layout() const { return {Paired ? 2 * lanes : lanes, tiles * lanes}; }
  AN_AVX512_INLINE static void put(A* to, bool second, __m512 values) {
    if constexpr (Paired) {
      if (second) return store_second16(to, values);
    }
    store16(to, values);
  }
};

/// Four rows of the image, the first above a strip; those outside are zeros.
template <class A>
struct InputRows {
  const A* row[4];
  std::size_t apart[4];  ///< pixels beside each other; 0 outside
};

template <class A>
InputRows<A> input_rows(const Shape& in, const A* x, const Strip& strip, const A* zeros) {
  InputRows<A> rows;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t row = strip.row + i;  // one more than in the image
    const bool inside = row >= 1 && row <= in.rows;
    rows.row[i] = inside ? x + (strip.image * in.rows + row - 1) * in.columns * in.channels : zeros;
    rows.apart[i] = inside ? in.channels : 0;
  }
  return rows;
}

/// B' d of one column: sixteen channels of four pixels above each other.
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

/// B' d B of a strip's tiles, to the block's tiles from `first` on. Tiles share two columns with the next.
template <class A, bool Paired>
AN_AVX512 void transform_input(const Shape& in, const A* x, const Strip& strip, const A* zeros,
                               const TileBlock<A, Paired>& block, std::size_t first) {
  const std::size_t stride = block.place_stride();
  const InputRows<A> rows = input_rows(in, x, strip, zeros);
  for (std::size_t c = 0; c < in.channels; c += lanes) {
    __m512 d[16];
    transform_column(rows, strip.column - 1, strip.column > 0, c, d);
    transform_column(rows, strip.column, true, c, d + 4);
    for (std::size_t t = 0; t < strip.count; ++t) {
      const std::size_t column = strip.column + 2 * t + 1;
      transform_column(rows, column, column < in.columns, c, d + 8);
      transform_column(rows, column + 1, column + 1 < in.columns, c, d + 12);
      A* place = block.at(first + t, c);
      const bool second = (first + t) % 2 != 0;
      for (std::size_t i = 0; i < 4; ++i, place += 4 * stride) {
        block.put(place, second, _mm512_sub_ps(d[i], d[8 + i]));
        block.put(place + stride, second, _mm512_add_ps(d[4 + i], d[8 + i]));
        block.put(place + 2 * stride, second, _mm512_sub_ps(d[8 + i], d[4 + i]));
        block.put(place + 3 * stride, second, _mm512_sub_ps(d[4 + i], d[12 + i]));
      }
      for (std::size_t i = 0; i < 8; ++i) d[i] = d[8 + i];
    }
  }
}

}  // namespace an::kernels::onednn
#endif
