// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/bilinear.hpp"
#include "kernels/cuda/simt.cuh"

/// Kernels without reductions. `A` is how activations are stored. All loop over the grid, so any launch does.
namespace an::kernels::cuda {

/// Sizes that fit the GPU's 32-bit index arithmetic.
struct Extent {
  int images, rows, columns, channels;
};

/// Stored values of neighbouring channels, moved in one piece of 4 to 16 bytes.
template <class A, int lanes>
struct alignas(sizeof(A) * lanes) Pack {
  A lane[lanes];
};

// Indices are of 32 bits, whose divisions are fast; the host sees to it that no tensor is larger.
__device__ inline int first_index() { return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); }
__device__ inline int index_stride() { return static_cast<int>(gridDim.x * blockDim.x); }

template <class A>
__device__ inline void give(A& gradient, float value, bool add) {
  gradient = A(add ? static_cast<float>(gradient) + value : value);
}

/// dx[i] of packs = values, or += them.
template <class A, int lanes>
__device__ inline void give_pack(A* dx, int i, const float* values, bool add) {
  auto& target = reinterpret_cast<Pack<A, lanes>*>(dx)[i];
  Pack<A, lanes> pack;
  if (add) pack = target;
  for (int l = 0; l < lanes; ++l) pack.lane[l] = A(add ? static_cast<float>(pack.lane[l]) + values[l] : values[l]);
  target = pack;
}

/// Where the `i`-th group of channels of a tensor lies.
struct Place {
  int image, row, column, group;
};
__device__ inline Place place_of(int i, int groups, Extent extent) {
  const int pixel = i / groups, line = pixel / extent.columns;
  return {line / extent.rows, line % extent.rows, pixel % extent.columns, i % groups};
}

template <class From, class To>
__global__ void convert(const From* from, To* to, int count) {
  for (int i = first_index(); i < count; i += index_stride()) to[i] = To(static_cast<float>(from[i]));
}

/// y[k][tap][c] = x[tap][c][k]: a kernel as the library wants it. The other way round with `back`.
template <class From, class To>
__global__ void transpose_filter(const From* from, To* to, int taps, int in, int out, bool back) {
  const int count = static_cast<int>(taps) * in * out;
  for (int i = first_index(); i < count; i += index_stride()) {
    const int k = i % out, tap_c = i / out;
    const int other = k * taps * in + tap_c;
    if (back) {
      to[i] = To(static_cast<float>(from[other]));
    } else {
      to[other] = To(static_cast<float>(from[i]));
    }
  }
}

/// y += bias of its channel, then ReLU if asked for.
template <class A, int lanes>
__global__ void add_bias(A* y, const float* bias, int pixels, int channels, bool relu) {
  auto* packs = reinterpret_cast<Pack<A, lanes>*>(y);
  const int groups = channels / lanes;
  for (int i = first_index(); i < pixels * groups; i += index_stride()) {
    Pack<A, lanes> pack = packs[i];
    const int first = i % groups * lanes;
    for (int l = 0; l < lanes; ++l) {
      const float value = static_cast<float>(pack.lane[l]) + bias[first + l];
      pack.lane[l] = A(relu && value < 0 ? 0.0F : value);
    }
    packs[i] = pack;
  }
}

/// dy = 0 where y is not above 0.
template <class A, int lanes>
__global__ void close_relu(const A* y, A* dy, int count) {
  const auto* values = reinterpret_cast<const Pack<A, lanes>*>(y);
  auto* gradients = reinterpret_cast<Pack<A, lanes>*>(dy);
  for (int i = first_index(); i < count / lanes; i += index_stride()) {
    const Pack<A, lanes> value = values[i];
    Pack<A, lanes> gradient = gradients[i];
    for (int l = 0; l < lanes; ++l)
      if (!(static_cast<float>(value.lane[l]) > 0)) gradient.lane[l] = A(0.0F);
    gradients[i] = gradient;
  }
}

template <class A, int lanes>
__global__ void add_values(const A* a, const A* b, A* y, int count, bool relu) {
  for (int i = first_index(); i < count / lanes; i += index_stride()) {
    const Pack<A, lanes> x = reinterpret_cast<const Pack<A, lanes>*>(a)[i];
    Pack<A, lanes> sum = reinterpret_cast<const Pack<A, lanes>*>(b)[i];
    for (int l = 0; l < lanes; ++l) {
      const float value = static_cast<float>(x.lane[l]) + static_cast<float>(sum.lane[l]);
      sum.lane[l] = A(relu && value < 0 ? 0.0F : value);
    }
    reinterpret_cast<Pack<A, lanes>*>(y)[i] = sum;
  }
}

/// dx = dy, or dx += dy.
template <class A, int lanes>
__global__ void pass_gradient(const A* dy, A* dx, int count, bool add) {
  for (int i = first_index(); i < count / lanes; i += index_stride()) {
    Pack<A, lanes> gradient = reinterpret_cast<const Pack<A, lanes>*>(dy)[i];
    if (add) {
      const Pack<A, lanes> old = reinterpret_cast<const Pack<A, lanes>*>(dx)[i];
      for (int l = 0; l < lanes; ++l)
        gradient.lane[l] = A(static_cast<float>(gradient.lane[l]) + static_cast<float>(old.lane[l]));
    }
    reinterpret_cast<Pack<A, lanes>*>(dx)[i] = gradient;
  }
}

/// Where a kernel's taps lie: see padding_before().
struct Taps {
  int rows, columns, row_stride, column_stride, top, left;
};

/// Row `output pixel` of `columns`: the input's values under every tap, zero outside (im2col).
template <class A, int lanes>
__global__ void gather_taps(const A* x, A* columns, Extent in, Extent out, Taps taps) {
  const int groups = in.channels / lanes;
  const int count = static_cast<int>(out.images) * out.rows * out.columns * taps.rows * taps.columns * groups;
  for (int i = first_index(); i < count; i += index_stride()) {
    const int group = i % groups;
    int rest = i / groups;
    const int j = rest % taps.columns;
    rest /= taps.columns;
    const int r = rest % taps.rows;
    rest /= taps.rows;
    const int column = rest % out.columns * taps.column_stride + j - taps.left;
    rest /= out.columns;
    const int row = rest % out.rows * taps.row_stride + r - taps.top;
    const int image = rest / out.rows;
    Pack<A, lanes> pack;
    if (row >= 0 && row < in.rows && column >= 0 && column < in.columns) {
      const int pixel = (image * in.rows + row) * in.columns + column;
      pack = reinterpret_cast<const Pack<A, lanes>*>(x)[pixel * groups + group];
    } else {
      for (int l = 0; l < lanes; ++l) pack.lane[l] = A(0.0F);
    }
    reinterpret_cast<Pack<A, lanes>*>(columns)[i] = pack;
  }
}

/// The gradient of gather_taps: every input pixel gathers what its taps were given.
template <class A, int lanes>
__global__ void sum_taps(const A* columns, A* dx, Extent in, Extent out, Taps taps, bool add) {
  const int groups = in.channels / lanes;
  const int count = in.images * in.rows * in.columns * groups;
  for (int i = first_index(); i < count; i += index_stride()) {
    const Place at = place_of(i, groups, in);
    float sums[lanes] = {};
    for (int r = 0; r < taps.rows; ++r)
      for (int j = 0; j < taps.columns; ++j) {
        const int at_row = at.row + taps.top - r, at_column = at.column + taps.left - j;
        if (at_row < 0 || at_column < 0 || at_row % taps.row_stride != 0 || at_column % taps.column_stride != 0)
          continue;
        const int out_row = at_row / taps.row_stride, out_column = at_column / taps.column_stride;
        if (out_row >= out.rows || out_column >= out.columns) continue;
        const int pixel = (at.image * out.rows + out_row) * out.columns + out_column;
        const auto pack = reinterpret_cast<const Pack<A, lanes>*>(
            columns)[((pixel * taps.rows + r) * taps.columns + j) * groups + at.group];
        for (int l = 0; l < lanes; ++l) sums[l] += static_cast<float>(pack.lane[l]);
      }
    give_pack<A, lanes>(dx, i, sums, add);
  }
}

/// y of a transposed convolution from the products of its input pixels with all taps, and the bias.
template <class A, int lanes>
__global__ void scatter_taps(const A* products, const float* bias, A* y, Extent in, Extent out, int kernel_rows,
                             int kernel_columns) {
  const int groups = out.channels / lanes;
  const int count = out.images * out.rows * out.columns * groups;
  for (int i = first_index(); i < count; i += index_stride()) {
    const Place at = place_of(i, groups, out);
    const int pixel = (at.image * in.rows + at.row / kernel_rows) * in.columns + at.column / kernel_columns;
    const int tap = (at.row % kernel_rows) * kernel_columns + at.column % kernel_columns;
    auto pack = reinterpret_cast<const Pack<A, lanes>*>(
        products)[(pixel * kernel_rows * kernel_columns + tap) * groups + at.group];
    for (int l = 0; l < lanes; ++l) pack.lane[l] = A(static_cast<float>(pack.lane[l]) + bias[at.group * lanes + l]);
    reinterpret_cast<Pack<A, lanes>*>(y)[i] = pack;
  }
}

template <class A, int lanes>
__global__ void max_pool(const A* x, A* y, Extent in, Extent out, int kernel_rows, int kernel_columns) {
  const int groups = out.channels / lanes;
  const int count = out.images * out.rows * out.columns * groups;
  const auto* packs = reinterpret_cast<const Pack<A, lanes>*>(x);
  for (int i = first_index(); i < count; i += index_stride()) {
    const Place at = place_of(i, groups, out);
    const int corner = (at.image * in.rows + at.row * kernel_rows) * in.columns + at.column * kernel_columns;
    Pack<A, lanes> largest = packs[corner * groups + at.group];
    for (int r = 0; r < kernel_rows; ++r)
      for (int c = 0; c < kernel_columns; ++c) {
        const Pack<A, lanes> pack = packs[(corner + r * in.columns + c) * groups + at.group];
        for (int l = 0; l < lanes; ++l)
          if (static_cast<float>(pack.lane[l]) > static_cast<float>(largest.lane[l])) largest.lane[l] = pack.lane[l];
      }
    reinterpret_cast<Pack<A, lanes>*>(y)[i] = largest;
  }
}

/// The gradient goes to the first of the largest.
template <class A, int lanes>
__global__ void max_pool_gradient(const A* x, const A* y, const A* dy, A* dx, Extent in, Extent out, int kernel_rows,
                                  int kernel_columns, bool add) {
  const int groups = out.channels / lanes;
  const int count = out.images * out.rows * out.columns * groups;
  for (int i = first_index(); i < count; i += index_stride()) {
    const Place at = place_of(i, groups, out);
    const int corner = (at.image * in.rows + at.row * kernel_rows) * in.columns + at.column * kernel_columns;
    const Pack<A, lanes> largest = reinterpret_cast<const Pack<A, lanes>*>(y)[i];
    const Pack<A, lanes> gradient = reinterpret_cast<const Pack<A, lanes>*>(dy)[i];
    bool given[lanes] = {};
    for (int r = 0; r < kernel_rows; ++r)
      for (int c = 0; c < kernel_columns; ++c) {
        const int place = (corner + r * in.columns + c) * groups + at.group;
        const Pack<A, lanes> pack = reinterpret_cast<const Pack<A, lanes>*>(x)[place];
        float values[lanes];
        for (int l = 0; l < lanes; ++l) {
          const bool chosen = !given[l] && static_cast<float>(pack.lane[l]) == static_cast<float>(largest.lane[l]);
          given[l] = given[l] || chosen;
          values[l] = chosen ? static_cast<float>(gradient.lane[l]) : 0.0F;
        }
        give_pack<A, lanes>(dx, place, values, add);
      }
  }
}

__device__ inline float sigmoid(float x) { return 1 / (1 + expf(-x)); }

/// How open a gate is at a pixel of the skip.
template <class A>
__device__ float gate_opening(const A* psi, Extent small, int image, int row, int column, int row_factor,
                              int column_factor) {
  const BilinearTap r = bilinear_tap(static_cast<std::size_t>(row), static_cast<std::size_t>(row_factor),
                                     static_cast<std::size_t>(small.rows));
  const BilinearTap c = bilinear_tap(static_cast<std::size_t>(column), static_cast<std::size_t>(column_factor),
                                     static_cast<std::size_t>(small.columns));
  const A* of_image = psi + image * small.rows * small.columns;
  const auto at = [&](std::size_t i, std::size_t j) {
    return sigmoid(static_cast<float>(of_image[i * static_cast<std::size_t>(small.columns) + j]));
  };
  const float upper = (1 - c.share) * at(r.first, c.first) + c.share * at(r.first, c.second);
  const float lower = (1 - c.share) * at(r.second, c.first) + c.share * at(r.second, c.second);
  return (1 - r.share) * upper + r.share * lower;
}

/// y = skip * opening.
template <class A, int lanes>
__global__ void gate(const A* skip, const A* psi, A* y, Extent out, Extent small, int row_factor, int column_factor) {
  const int groups = out.channels / lanes;
  const int count = static_cast<int>(out.images) * out.rows * out.columns * groups;
  for (int i = first_index(); i < count; i += index_stride()) {
    const int pixel = i / groups;
    const int column = pixel % out.columns;
    const int row = pixel / out.columns % out.rows;
    const int image = pixel / out.columns / out.rows;
    const float opening = gate_opening(psi, small, image, row, column, row_factor, column_factor);
    Pack<A, lanes> pack = reinterpret_cast<const Pack<A, lanes>*>(skip)[i];
    for (int l = 0; l < lanes; ++l) pack.lane[l] = A(static_cast<float>(pack.lane[l]) * opening);
    reinterpret_cast<Pack<A, lanes>*>(y)[i] = pack;
  }
}

/// Gradient of the skip, and of each pixel's opening: a sum over its channels, of which every thread has one group.
/// opening_parts[pixel][group].
template <class A, int lanes>
__global__ void gate_gradient(const A* skip, const A* psi, const A* dy, A* dskip, float* opening_parts, Extent out,
                              Extent small, int row_factor, int column_factor, bool add) {
  const int groups = out.channels / lanes;
  const int count = out.images * out.rows * out.columns * groups;
  for (int i = first_index(); i < count; i += index_stride()) {
    const Place at = place_of(i, groups, out);
    const float opening = gate_opening(psi, small, at.image, at.row, at.column, row_factor, column_factor);
    const Pack<A, lanes> x = reinterpret_cast<const Pack<A, lanes>*>(skip)[i];
    const Pack<A, lanes> d = reinterpret_cast<const Pack<A, lanes>*>(dy)[i];
    float sum = 0, values[lanes];
    for (int l = 0; l < lanes; ++l) {
      sum += static_cast<float>(d.lane[l]) * static_cast<float>(x.lane[l]);
      values[l] = static_cast<float>(d.lane[l]) * opening;
    }
    give_pack<A, lanes>(dskip, i, values, add);
    opening_parts[i] = sum;
  }
}

/// Gradient of psi from those of the openings it was enlarged to.
template <class A>
__global__ void psi_gradient(const A* psi, const float* opening_parts, int groups, A* dpsi, Extent out, Extent small,
                             int row_factor, int column_factor, bool add) {
  const int count = static_cast<int>(small.images) * small.rows * small.columns;
  for (int i = first_index(); i < count; i += index_stride()) {
    const int column = i % small.columns;
    const int row = i / small.columns % small.rows;
    const int image = i / small.columns / small.rows;
    float sum = 0;
    for (int r = row_factor * (row - 1); r < row_factor * (row + 2); ++r) {
      if (r < 0 || r >= out.rows) continue;
      const float row_share =
          bilinear_share(static_cast<std::size_t>(row), static_cast<std::size_t>(r),
                         static_cast<std::size_t>(row_factor), static_cast<std::size_t>(small.rows));
      for (int c = column_factor * (column - 1); c < column_factor * (column + 2); ++c) {
        if (c < 0 || c >= out.columns) continue;
        const float share = row_share * bilinear_share(static_cast<std::size_t>(column), static_cast<std::size_t>(c),
                                                       static_cast<std::size_t>(column_factor),
                                                       static_cast<std::size_t>(small.columns));
        const float* parts = opening_parts + static_cast<long>((image * out.rows + r) * out.columns + c) * groups;
        float whole = 0;
        for (int g = 0; g < groups; ++g) whole += parts[g];
        sum += share * whole;
      }
    }
    const float s = sigmoid(static_cast<float>(psi[i]));
    give(dpsi[i], sum * s * (1 - s), add);
  }
}

/// Copies the channels of a part into or out of a concatenation. \param into from the part into the whole
template <class A, int lanes>
__global__ void copy_channels(const A* from, A* to, int pixels, int part, int whole, int offset, bool into, bool add) {
  const int groups = part / lanes;
  for (int i = first_index(); i < pixels * groups; i += index_stride()) {
    const int pixel = i / groups;
    const int in_whole = (pixel * whole + offset) / lanes + i % groups;
    const Pack<A, lanes> value = reinterpret_cast<const Pack<A, lanes>*>(from)[into ? i : in_whole];
    auto& target = reinterpret_cast<Pack<A, lanes>*>(to)[into ? in_whole : i];
    Pack<A, lanes> result = value;
    if (add)
      for (int l = 0; l < lanes; ++l)
        result.lane[l] = A(static_cast<float>(value.lane[l]) + static_cast<float>(target.lane[l]));
    target = result;
  }
}

template <class A>
__global__ void pick(const A* x, A* y, int pixels, int channels, int channel) {
  for (int i = first_index(); i < pixels; i += index_stride()) y[i] = x[i * channels + channel];
}

}  // namespace an::kernels::cuda
