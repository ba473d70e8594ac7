// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/parallel.hpp"

namespace an::kernels {

/// A symmetric filter's taps: taps[0] in the centre, taps[q] at both distances q.
struct SymmetricTaps {
  static constexpr std::size_t most = 64;
  double taps[most + 1] = {};
  std::size_t reach = 0;
};

/// Correlates the columns of an image (down its rows) with symmetric taps; outside the image is zero. The outer taps
/// are added first after the centre, as scipy.ndimage.correlate1d does. An item a row.
template <class Value>
struct CorrelateColumns {
  Image<const Value> in;
  Image<Value> out;
  SymmetricTaps filter;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t row) const {
    const std::size_t rows = in.extent(0);
    const std::size_t columns = in.extent(1);
    Value* KOKKOS_RESTRICT to = &out(row, 0);
    const Value* centre = &in(row, 0);
    for (std::size_t c = 0; c < columns; ++c) to[c] = centre[c] * static_cast<Value>(filter.taps[0]);
    for (std::size_t q = filter.reach; q > 0; --q) {
      const auto tap = static_cast<Value>(filter.taps[q]);
      const bool above = row >= q;
      const bool below = row + q < rows;
      if (above && below) {
        const Value* a = &in(row - q, 0);
        const Value* b = &in(row + q, 0);
        for (std::size_t c = 0; c < columns; ++c) to[c] += (a[c] + b[c]) * tap;
      } else if (above || below) {
        const Value* a = above ? &in(row - q, 0) : &in(row + q, 0);
        for (std::size_t c = 0; c < columns; ++c) to[c] += a[c] * tap;
      }
    }
  }
};

/// The same along the rows. An item a row.
template <class Value>
struct CorrelateRows {
  Image<const Value> in;
  Image<Value> out;
  SymmetricTaps filter;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t row) const {
    const std::size_t columns = in.extent(1);
    const std::size_t reach = filter.reach;
    Value* KOKKOS_RESTRICT to = &out(row, 0);
    const Value* from = &in(row, 0);
    for (std::size_t c = 0; c < columns; ++c) to[c] = from[c] * static_cast<Value>(filter.taps[0]);
    for (std::size_t q = reach; q > 0; --q) {
      const auto tap = static_cast<Value>(filter.taps[q]);
      const std::size_t middle = columns > q ? columns - q : 0;  // columns from here on have nothing at the right
      for (std::size_t c = 0; c < q && c < middle; ++c) to[c] += from[c + q] * tap;
      for (std::size_t c = q; c < middle; ++c) to[c] += (from[c - q] + from[c + q]) * tap;
      for (std::size_t c = middle > q ? middle : q; c < columns; ++c) to[c] += from[c - q] * tap;
    }
  }
};

/// Means over `size` pixels (odd) down the columns by a running sum, edges repeated, as scipy.ndimage.uniform_filter1d
/// rounds them. `whole`: results are cut to whole numbers. An item a block of columns.
struct RunningMeanColumns {
  static constexpr std::size_t block = 32;
  static std::size_t items(std::size_t columns) { return (columns + block - 1) / block; }

  Image<const double> in;
  Image<double> out;
  std::size_t size;
  bool whole;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t item) const {
    const std::size_t first = item * block;
    const std::size_t count = first + block < in.extent(1) ? block : in.extent(1) - first;
    const std::size_t last = in.extent(0) - 1;
    const std::size_t half = size / 2;
    double sum[block] = {};
    const auto row_at = [&](std::size_t shifted) {  // row `shifted - half`, kept inside
      const std::size_t row = shifted < half ? 0 : shifted - half;
      return &in(row < last ? row : last, first);
    };
    for (std::size_t i = 0; i < size; ++i) {
      const double* from = row_at(i);
      for (std::size_t c = 0; c < count; ++c) sum[c] += from[c];
    }
    const auto divisor = static_cast<double>(size);
    for (std::size_t row = 0;; ++row) {
      double* to = &out(row, first);
      for (std::size_t c = 0; c < count; ++c) to[c] = sum[c] / divisor;
      if (whole)
        for (std::size_t c = 0; c < count; ++c) to[c] = static_cast<double>(static_cast<int>(to[c]));
      if (row == last) break;
      const double* entering = row_at(row + size);
      const double* leaving = row_at(row);
      for (std::size_t c = 0; c < count; ++c) sum[c] += entering[c] - leaving[c];
    }
  }
};

/// The same along the rows. An item a block of rows, which are summed side by side.
struct RunningMeanRows {
  static constexpr std::size_t block = 4;
  static std::size_t items(std::size_t rows) { return (rows + block - 1) / block; }

  Image<const double> in;
  Image<double> out;
  std::size_t size;
  bool whole;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t item) const {
    const std::size_t rows = in.extent(0);
    const std::size_t last = in.extent(1) - 1;
    const std::size_t half = size / 2;
    const double* from[block];
    double* to[block];
    for (std::size_t k = 0; k < block; ++k) {  // the last row again, where there is none
      const std::size_t row = item * block + k < rows ? item * block + k : rows - 1;
      from[k] = &in(row, 0);
      to[k] = &out(row, 0);
    }
    const auto column_at = [&](std::size_t shifted) {
      const std::size_t column = shifted < half ? 0 : shifted - half;
      return column < last ? column : last;
    };
    const auto divisor = static_cast<double>(size);
    double sum[block] = {};
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t k = 0; k < block; ++k) sum[k] += from[k][column_at(i)];
    for (std::size_t c = 0;; ++c) {
      for (std::size_t k = 0; k < block; ++k) to[k][c] = sum[k] / divisor;
      if (c == last) break;
      const std::size_t entering = column_at(c + size);
      const std::size_t leaving = column_at(c);
      for (std::size_t k = 0; k < block; ++k) sum[k] += from[k][entering] - from[k][leaving];
    }
    if (!whole) return;
    for (double* const line : to)
      for (std::size_t c = 0; c <= last; ++c) line[c] = static_cast<double>(static_cast<int>(line[c]));
  }
};

/// Marks pixels above a threshold that no pixel of the box around them exceeds; outside the image is zero. The box
/// reaches `before` pixels up and left and `after` down and right. Pixels nearer than `margin` to the border are not
/// looked at. An item a row; `found(row, 0)` counts its maxima, whose columns follow.
template <class Value>
struct LocalMaxima {
  Image<const Value> image;
  Image<int> found;  ///< rows x (columns + 1)
  double threshold;
  std::size_t before, after, margin;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t row) const {
    const std::size_t rows = image.extent(0);
    const std::size_t columns = image.extent(1);
    int count = 0;
    if (row >= margin && row + margin < rows && columns > 2 * margin) {
      const std::size_t top = row < before ? 0 : row - before;
      const std::size_t bottom = row + after < rows ? row + after : rows - 1;
      // Boxes that overhang the border are looked at one by one.
      const std::size_t first = margin > before ? margin : before;
      const std::size_t last = columns - (margin > after ? margin : after);
      if (first < last && columns > before + after) {
        count = search_slowly(row, top, bottom, margin, first, count);
        for (std::size_t c = first; c < last; c += block)
          count = search_block(row, top, bottom, c, c + block < last ? c + block : last, count);
        count = search_slowly(row, top, bottom, last, columns - margin, count);
      } else {
        count = search_slowly(row, top, bottom, margin, columns - margin, count);
      }
    }
    found(row, 0) = count;
  }

 private:
  static constexpr std::size_t block = 96;
  static constexpr std::size_t widest = 160;  // columns of a block with the boxes' overhang

  // Looks at columns [begin, end) of a row whose boxes reach from row `top` to `bottom`.
  KOKKOS_FORCEINLINE_FUNCTION int search_block(std::size_t row, std::size_t top, std::size_t bottom, std::size_t begin,
                                               std::size_t end, int count) const {
    const std::size_t left = begin - before;
    const std::size_t right = end + after;  // exclusive
    Value tallest[widest];                  // of each column, top to bottom
    const std::size_t width = right - left;
    if (width > widest) return search_slowly(row, top, bottom, begin, end, count);
    const Value* first = &image(top, left);
    for (std::size_t k = 0; k < width; ++k) tallest[k] = first[k];
    for (std::size_t r = top + 1; r <= bottom; ++r) {
      const Value* line = &image(r, left);
      for (std::size_t k = 0; k < width; ++k) tallest[k] = line[k] > tallest[k] ? line[k] : tallest[k];
    }
    Value highest[block];  // of each column's box
    for (std::size_t k = 0; k < end - begin; ++k) highest[k] = tallest[k];
    for (std::size_t offset = 1; offset <= before + after; ++offset)
      for (std::size_t k = 0; k < end - begin; ++k)
        highest[k] = tallest[k + offset] > highest[k] ? tallest[k + offset] : highest[k];
    // First a mark for each, without a branch; marks are few.
    const Value* here = &image(row, begin);
    const auto least = static_cast<Value>(threshold);
    for (std::size_t k = 0; k < end - begin; ++k)
      highest[k] = static_cast<Value>(static_cast<int>(here[k] > least) & static_cast<int>(here[k] >= highest[k]));
    for (std::size_t k = 0; k < end - begin; ++k)
      if (highest[k] > 0 && here[k] >= 0) found(row, static_cast<std::size_t>(++count)) = static_cast<int>(begin + k);
    return count;
  }

  // The same for boxes of any size, also at the border.
  KOKKOS_FORCEINLINE_FUNCTION int search_slowly(std::size_t row, std::size_t top, std::size_t bottom, std::size_t begin,
                                                std::size_t end, int count) const {
    for (std::size_t c = begin; c < end; ++c) {
      const Value value = image(row, c);
      if (!(static_cast<double>(value) > threshold) || value < 0) continue;
      const std::size_t left = c < before ? 0 : c - before;
      const std::size_t right = c + after < image.extent(1) ? c + after : image.extent(1) - 1;
      bool highest = true;
      for (std::size_t r = top; highest && r <= bottom; ++r)
        for (std::size_t k = left; k <= right; ++k) highest &= !(image(r, k) > value);
      if (highest) found(row, static_cast<std::size_t>(++count)) = static_cast<int>(c);
    }
    return count;
  }
};

}  // namespace an::kernels
