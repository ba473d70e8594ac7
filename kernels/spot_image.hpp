// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/parallel.hpp"

namespace an::kernels {

/// A spot: its centre in px and its light.
struct Spot {
  float y = 0, x = 0, photons = 0;
};

/// Light of one photon's spot around its centre, sampled `per_pixel` times a pixel and interpolated between the
/// samples. With one sample a pixel this is how the challenge renders: a particle's light is shared by the four pixels
/// around it.
struct SpotShape {
  Image<const float> samples;  ///< (2 reach per_pixel + 1)²
  int reach = 0;               ///< px; beyond is dark
  int per_pixel = 1;
};

/// Which samples a spot needs at the first pixel of a window, along one axis.
struct ShapeOffset {
  int first;    ///< index at pixel 0 of the window
  float share;  ///< of sample first + 1

  KOKKOS_FORCEINLINE_FUNCTION ShapeOffset(const SpotShape& shape, float centre, int window_start) {
    const float exact = (static_cast<float>(window_start + shape.reach) - centre) * static_cast<float>(shape.per_pixel);
    const float whole = floorf(exact);
    first = static_cast<int>(whole);
    share = exact - whole;
  }
};

/// Expected photons of a frame: background and all spots; or, with `add`, what some spots add to it (or take off, if
/// their light is negative). An item a row.
struct RenderRows {
  Image<float> out;
  SpotShape shape;
  Kokkos::View<const Spot*> spots;      ///< by the row below which their centre lies
  Kokkos::View<const int*> first_spot;  ///< of each row; an entry more than rows
  float background;
  bool add;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t row) const {
    const auto rows = static_cast<int>(out.extent(0));
    const auto columns = static_cast<int>(out.extent(1));
    const auto at = static_cast<int>(row);
    const int last = 2 * shape.reach * shape.per_pixel;
    const int upmost = at - shape.reach - 1 > 0 ? at - shape.reach - 1 : 0;
    const int downmost = at + shape.reach + 1 < rows ? at + shape.reach + 1 : rows;  // exclusive
    float* to = &out(row, 0);
    if (!add)
      for (int c = 0; c < columns; ++c) to[c] = background;
    for (int k = first_spot(upmost); k < first_spot(downmost); ++k) {
      const Spot spot = spots(k);
      const ShapeOffset down(shape, spot.y, static_cast<int>(row));
      if (down.first < 0 || down.first >= last) continue;
      const float* upper = &shape.samples(static_cast<std::size_t>(down.first), 0);
      const float* lower = &shape.samples(static_cast<std::size_t>(down.first) + 1, 0);
      int left = static_cast<int>(ceilf(spot.x)) - shape.reach;
      left = left > 0 ? left : 0;
      const ShapeOffset across(shape, spot.x, left);
      const int room = (last - 1 - across.first) / shape.per_pixel + 1;  // pixels that the samples reach
      const int end = left + room < columns ? left + room : columns;
      const float share = across.share;
      for (int c = left, i = across.first; c < end; ++c, i += shape.per_pixel) {
        const float top = upper[i] + (upper[i + 1] - upper[i]) * share;
        const float bottom = lower[i] + (lower[i + 1] - lower[i]) * share;
        to[c] += spot.photons * (top + (bottom - top) * down.share);
      }
    }
  }
};

}  // namespace an::kernels
