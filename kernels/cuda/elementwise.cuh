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

__device__ inline long first_index() { return static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline long index_stride() { return static_cast<long>(gridDim.x) * blockDim.x; }

template <class A>
__device__ inline void give(A& gradient, float value, bool add) {
  gradient = A(add ? static_cast<float>(gradient) + value : value);
}

template <class From, class To>
__global__ void convert(const From* from, To* to, long count) {
  for (long i = first_index(); i < count; i += index_stride()) to[i] = To(static_cast<float>(from[i]));
}

/// y[k][tap][c] = x[tap][c][k]: a kernel as the library wants it. The other way round with `back`.
template <class From, class To>
__global__ void transpose_filter(const From* from, To* to, int taps, int in, int out, bool back) {
  const long count = static_cast<long>(taps) * in * out;
  for (long i = first_index(); i < count; i += index_stride()) {
    const long k = i % out, tap_c = i / out;
    const long other = k * taps * in + tap_c;
    if (back) {
      to[i] = To(static_cast<float>(from[other]));
    } else {
      to[other] = To(static_cast<float>(from[i]));
    }
  }
}

/// y += bias of its channel, then ReLU if asked for.
template <class A, int lanes>
__global__ void add_bias(A* y, const float* bias, long pixels, int channels, bool relu) {
  auto* packs = reinterpret_cast<Pack<A, lanes>*>(y);
  const int groups = channels / lanes;
  for (long i = first_index(); i < pixels * groups; i += index_stride()) {
    Pack<A, lanes> pack = packs[i];
    const int first = static_cast<int>(i % groups) * lanes;
    for (int l = 0; l < lanes; ++l) {
      const float value = static_cast<float>(pack.lane[l]) + bias[first + l];
      pack.lane[l] = A(relu && value < 0 ? 0.0F : value);
    }
    packs[i] = pack;
  }
}

/// dy = 0 where y is not above 0.
template <class A, int lanes>
__global__ void close_relu(const A* y, A* dy, long count) {
  const auto* values = reinterpret_cast<const Pack<A, lanes>*>(y);
  auto* gradients = reinterpret_cast<Pack<A, lanes>*>(dy);
  for (long i = first_index(); i < count / lanes; i += index_stride()) {
    const Pack<A, lanes> value = values[i];
    Pack<A, lanes> gradient = gradients[i];
    for (int l = 0; l < lanes; ++l)
      if (!(static_cast<float>(value.lane[l]) > 0)) gradient.lane[l] = A(0.0F);
    gradients[i] = gradient;
  }
}

template <class A, int lanes>
__global__ void add_values(const A* a, const A* b, A* y, long count, bool relu) {
  for (long i = first_index(); i < count / lanes; i += index_stride()) {
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
__global__ void pass_gradient(const A* dy, A* dx, long count, bool add) {
  for (long i = first_index(); i < count / lanes; i += index_stride()) {
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
  const long count = static_cast<long>(out.images) * out.rows * out.columns * taps.rows * taps.columns * groups;
  for (long i = first_index(); i < count; i += index_stride()) {
    const long group = i % groups;
    long rest = i / groups;
    const int j = static_cast<int>(rest % taps.columns);
    rest /= taps.columns;
    const int r = static_cast<int>(rest % taps.rows);
    rest /= taps.rows;
    const int column = static_cast<int>(rest % out.columns) * taps.column_stride + j - taps.left;
    rest /= out.columns;
    const int row = static_cast<int>(rest % out.rows) * taps.row_stride + r - taps.top;
    const long image = rest / out.rows;
    Pack<A, lanes> pack;
    if (row >= 0 && row < in.rows && column >= 0 && column < in.columns) {
      const long pixel = (image * in.rows + row) * in.columns + column;
      pack = reinterpret_cast<const Pack<A, lanes>*>(x)[pixel * groups + group];
    } else {
      for (int l = 0; l < lanes; ++l) pack.lane[l] = A(0.0F);
    }
    reinterpret_cast<Pack<A, lanes>*>(columns)[i] = pack;
  }
}

/// The gradient of gather_taps: every input pixel gathers what its taps were given.
template <class A>
__global__ void sum_taps(const A* columns, A* dx, Extent in, Extent out, Taps taps, bool add) {
  const long count = static_cast<long>(in.images) * in.rows * in.columns * in.channels;
  for (long i = first_index(); i < count; i += index_stride()) {
    const int channel = static_cast<int>(i % in.channels);
    long rest = i / in.channels;
    const int column = static_cast<int>(rest % in.columns);
    rest /= in.columns;
    const int row = static_cast<int>(rest % in.rows);
    const long image = rest / in.rows;
    float sum = 0;
    for (int r = 0; r < taps.rows; ++r)
      for (int j = 0; j < taps.columns; ++j) {
        const int at_row = row + taps.top - r, at_column = column + taps.left - j;
        if (at_row < 0 || at_column < 0 || at_row % taps.row_stride != 0 || at_column % taps.column_stride != 0)
          continue;
        const int out_row = at_row / taps.row_stride, out_column = at_column / taps.column_stride;
        if (out_row >= out.rows || out_column >= out.columns) continue;
        const long pixel = (image * out.rows + out_row) * out.columns + out_column;
        sum += static_cast<float>(columns[((pixel * taps.rows + r) * taps.columns + j) * in.channels + channel]);
      }
    give(dx[i], sum, add);
  }
}

/// y of a transposed convolution from the products of its input pixels with all taps, and the bias.
template <class A>
__global__ void scatter_taps(const A* products, const float* bias, A* y, Extent in, Extent out, int kernel_rows,
                             int kernel_columns) {
  const long count = static_cast<long>(out.images) * out.rows * out.columns * out.channels;
  for (long i = first_index(); i < count; i += index_stride()) {
    const int channel = static_cast<int>(i % out.channels);
    long rest = i / out.channels;
    const int column = static_cast<int>(rest % out.columns);
    rest /= out.columns;
    const int row = static_cast<int>(rest % out.rows);
    const long image = rest / out.rows;
    const long pixel = (image * in.rows + row / kernel_rows) * in.columns + column / kernel_columns;
    const int tap = (row % kernel_rows) * kernel_columns + column % kernel_columns;
    y[i] = A(static_cast<float>(products[(pixel * kernel_rows * kernel_columns + tap) * out.channels + channel]) +
             bias[channel]);
  }
}

template <class A>
__global__ void max_pool(const A* x, A* y, Extent in, Extent out, int kernel_rows, int kernel_columns) {
  const long count = static_cast<long>(out.images) * out.rows * out.columns * out.channels;
  for (long i = first_index(); i < count; i += index_stride()) {
    const int channel = static_cast<int>(i % out.channels);
    long rest = i / out.channels;
    const int column = static_cast<int>(rest % out.columns) * kernel_columns;
    rest /= out.columns;
    const int row = static_cast<int>(rest % out.rows) * kernel_rows;
    const long image = rest / out.rows;
    A largest = x[((image * in.rows + row) * in.columns + column) * in.channels + channel];
    for (int r = 0; r < kernel_rows; ++r)
      for (int c = 0; c < kernel_columns; ++c) {
        const A value = x[((image * in.rows + row + r) * in.columns + column + c) * in.channels + channel];
        if (static_cast<float>(value) > static_cast<float>(largest)) largest = value;
      }
    y[i] = largest;
  }
}

/// The gradient goes to the first of the largest.
template <class A>
__global__ void max_pool_gradient(const A* x, const A* y, const A* dy, A* dx, Extent in, Extent out, int kernel_rows,
                                  int kernel_columns, bool add) {
  const long count = static_cast<long>(out.images) * out.rows * out.columns * out.channels;
  for (long i = first_index(); i < count; i += index_stride()) {
    const int channel = static_cast<int>(i % out.channels);
    long rest = i / out.channels;
    const int column = static_cast<int>(rest % out.columns) * kernel_columns;
    rest /= out.columns;
    const int row = static_cast<int>(rest % out.rows) * kernel_rows;
    const long image = rest / out.rows;
    const float largest = static_cast<float>(y[i]);
    bool given = false;
    for (int r = 0; r < kernel_rows; ++r)
      for (int c = 0; c < kernel_columns; ++c) {
        const long at = ((image * in.rows + row + r) * in.columns + column + c) * in.channels + channel;
        const bool chosen = !given && static_cast<float>(x[at]) == largest;
        given = given || chosen;
        give(dx[at], chosen ? static_cast<float>(dy[i]) : 0.0F, add);
      }
  }
}

__device__ inline float sigmoid(float x) { return 1 / (1 + expf(-x)); }

/// How open a gate is at a pixel of the skip.
template <class A>
__device__ float gate_opening(const A* psi, Extent small, long image, int row, int column, int row_factor,
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
  const long count = static_cast<long>(out.images) * out.rows * out.columns * groups;
  for (long i = first_index(); i < count; i += index_stride()) {
    const long pixel = i / groups;
    const int column = static_cast<int>(pixel % out.columns);
    const int row = static_cast<int>(pixel / out.columns % out.rows);
    const long image = pixel / out.columns / out.rows;
    const float opening = gate_opening(psi, small, image, row, column, row_factor, column_factor);
    Pack<A, lanes> pack = reinterpret_cast<const Pack<A, lanes>*>(skip)[i];
    for (int l = 0; l < lanes; ++l) pack.lane[l] = A(static_cast<float>(pack.lane[l]) * opening);
    reinterpret_cast<Pack<A, lanes>*>(y)[i] = pack;
  }
}

/// Gradient of the skip, and of each pixel's opening (a sum over channels): one thread a pixel.
template <class A, int lanes>
__global__ void gate_gradient(const A* skip, const A* psi, const A* dy, A* dskip, float* dopening, Extent out,
                              Extent small, int row_factor, int column_factor, bool add) {
  const int groups = out.channels / lanes;
  const long count = static_cast<long>(out.images) * out.rows * out.columns;
  for (long pixel = first_index(); pixel < count; pixel += index_stride()) {
    const int column = static_cast<int>(pixel % out.columns);
    const int row = static_cast<int>(pixel / out.columns % out.rows);
    const long image = pixel / out.columns / out.rows;
    const float opening = gate_opening(psi, small, image, row, column, row_factor, column_factor);
    float sum = 0;
    for (int g = 0; g < groups; ++g) {
      const long i = pixel * groups + g;
      const Pack<A, lanes> x = reinterpret_cast<const Pack<A, lanes>*>(skip)[i];
      const Pack<A, lanes> d = reinterpret_cast<const Pack<A, lanes>*>(dy)[i];
      Pack<A, lanes> dx = reinterpret_cast<const Pack<A, lanes>*>(dskip)[i];
      for (int l = 0; l < lanes; ++l) {
        sum += static_cast<float>(d.lane[l]) * static_cast<float>(x.lane[l]);
        give(dx.lane[l], static_cast<float>(d.lane[l]) * opening, add);
      }
      reinterpret_cast<Pack<A, lanes>*>(dskip)[i] = dx;
    }
    dopening[pixel] = sum;
  }
}

/// Gradient of psi from those of the openings it was enlarged to.
template <class A>
__global__ void psi_gradient(const A* psi, const float* dopening, A* dpsi, Extent out, Extent small, int row_factor,
                             int column_factor, bool add) {
  const long count = static_cast<long>(small.images) * small.rows * small.columns;
  for (long i = first_index(); i < count; i += index_stride()) {
    const int column = static_cast<int>(i % small.columns);
    const int row = static_cast<int>(i / small.columns % small.rows);
    const long image = i / small.columns / small.rows;
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
        sum += share * dopening[(image * out.rows + r) * out.columns + c];
      }
    }
    const float s = sigmoid(static_cast<float>(psi[i]));
    give(dpsi[i], sum * s * (1 - s), add);
  }
}

/// Copies the channels of a part into or out of a concatenation. \param into from the part into the whole
template <class A, int lanes>
__global__ void copy_channels(const A* from, A* to, long pixels, int part, int whole, int offset, bool into, bool add) {
  const int groups = part / lanes;
  for (long i = first_index(); i < pixels * groups; i += index_stride()) {
    const long pixel = i / groups;
    const long in_whole = (pixel * whole + offset) / lanes + i % groups;
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
__global__ void pick(const A* x, A* y, long pixels, int channels, int channel) {
  for (long i = first_index(); i < pixels; i += index_stride()) y[i] = x[i * channels + channel];
}

}  // namespace an::kernels::cuda
