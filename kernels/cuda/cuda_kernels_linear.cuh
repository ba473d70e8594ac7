// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/cuda_kernels_memory.cuh"

/// Convolutions of the GPU's back end.
namespace an::kernels::cuda {

/// Calls launch<lanes>() with as many neighbouring channels a thread as `channels` allows.
template <class A, class Launch>
void with_lanes(std::size_t channels, const Launch& launch) {
  constexpr int widest = 16 / sizeof(A);
  if (channels % widest == 0) {
    launch.template operator()<widest>();
  } else {
    launch.template operator()<1>();
  }
}

template <class A>
template <class Term>
void CudaKernels<A>::sum_channels_of(const Term& term, const Shape& shape, float* first, float* second) {
  const int channels = static_cast<int>(shape.channels);
  const long pixels = static_cast<long>(shape.pixels());
  const long chunks = std::clamp(pixels / 256, 1L, static_cast<long>(most_chunks));
  const dim3 grid(static_cast<unsigned>((channels + sum_channels - 1) / sum_channels), static_cast<unsigned>(chunks));
  partial_sums<<<grid, dim3(sum_channels, sum_rows), 0, stream_>>>(term, pixels, channels, partial_.as<float>());
  total_sums<<<static_cast<unsigned>((channels + 63) / 64), 64, 0, stream_>>>(
      partial_.as<float>(), static_cast<int>(chunks), channels, first, second);
  check_launch("partial_sums");
}

template <class A>
void CudaKernels<A>::bias_gradient(const C& c) {
  sum_channels_of(BiasTerm<A>{c.dy}, c.out, c.dbias, nullptr);
}

template <class A>
void CudaKernels<A>::convolution(const C& c) {
  const Operation& o = c.operation;
  if (const Plans& p = plans_[c.index]; p.forward) {
    p.forward->run(cudnn_.get(), c.x, filters_.as<A>() + o.weights, bias_of(c), c.y, workspace_.as<void>());
    return;
  }
  const long pixels = static_cast<long>(c.out.pixels());
  const long inner = static_cast<long>(o.kernel_rows * o.kernel_columns * c.in.channels);
  const long columns = static_cast<long>(c.out.channels);
  const A* gathered = c.x;
  if (!is_pointwise(o)) {
    with_lanes<A>(c.in.channels, [&]<int lanes>() {
      gather_taps<A, lanes><<<blocks_for(pixels * inner / lanes), 256, 0, stream_>>>(
          c.x, columns_.as<A>(), extent_of(c.in), extent_of(c.out), taps_of(c));
    });
    gathered = columns_.as<A>();
  }
  if (columns % 8 == 0 && inner % 8 == 0) {
    products_.multiply(pixels, columns, inner, Matrix(gathered), Matrix(factors(c)), c.y, false,
                       Epilogue{bias_of(c), o.relu});
  } else {
    products_.multiply(pixels, columns, inner, Matrix(gathered), Matrix(factors(c)), c.y, false);
    with_lanes<A>(c.out.channels, [&]<int lanes>() {
      add_bias<A, lanes><<<blocks_for(pixels * columns / lanes), 256, 0, stream_>>>(c.y, c.bias, pixels,
                                                                                    static_cast<int>(columns), o.relu);
    });
  }
  check_launch("convolution");
}

// Adds a gradient of the input that came into scratch.
template <class A>
void CudaKernels<A>::add_gradient(const C& c, const A* gradient) {
  const long inputs = static_cast<long>(c.in.size());
  with_lanes<A>(c.in.channels, [&]<int lanes>() {
    pass_gradient<A, lanes><<<blocks_for(inputs / lanes), 256, 0, stream_>>>(gradient, c.dx, inputs, true);
  });
}

// By cuDNN; the bias is done.
template <class A>
void CudaKernels<A>::library_convolution_backward(const C& c) {
  if constexpr (narrow) {
    const Operation& o = c.operation;
    const Plans& p = plans_[c.index];
    const int taps = static_cast<int>(o.kernel_rows * o.kernel_columns);
    const int in = static_cast<int>(c.in.channels), out = static_cast<int>(c.out.channels);
    p.weights->run(cudnn_.get(), c.dy, c.x, nullptr, filter_gradient_.as<A>(), workspace_.as<void>());
    transpose_filter<<<blocks_for(static_cast<long>(taps) * in * out), 256, 0, stream_>>>(
        filter_gradient_.as<A>(), c.dweights, taps, in, out, true);
    if (c.dx != nullptr) {
      A* target = c.add_dx ? columns_.as<A>() : c.dx;
      p.data->run(cudnn_.get(), c.dy, filters_.as<A>() + o.weights, nullptr, target, workspace_.as<void>());
      if (c.add_dx) add_gradient(c, target);
    }
    check_launch("convolution_backward");
  }
}

template <class A>
void CudaKernels<A>::convolution_backward(const C& c) {
  const Operation& o = c.operation;
  const long pixels = static_cast<long>(c.out.pixels());
  const long inner = static_cast<long>(o.kernel_rows * o.kernel_columns * c.in.channels);
  const long columns = static_cast<long>(c.out.channels);
  if (o.relu)
    with_lanes<A>(c.out.channels, [&]<int lanes>() {
      close_relu<A, lanes><<<blocks_for(pixels * columns / lanes), 256, 0, stream_>>>(c.y, c.dy, pixels * columns);
    });
  bias_gradient(c);
  if (plans_[c.index].forward) return library_convolution_backward(c);
  const bool pointwise = is_pointwise(o);
  const A* gathered = c.x;
  if (!pointwise) {
    with_lanes<A>(c.in.channels, [&]<int lanes>() {
      gather_taps<A, lanes><<<blocks_for(pixels * inner / lanes), 256, 0, stream_>>>(
          c.x, columns_.as<A>(), extent_of(c.in), extent_of(c.out), taps_of(c));
    });
    gathered = columns_.as<A>();
  }
  products_.multiply(inner, columns, pixels, Matrix(gathered, true), Matrix(c.dy), c.dweights, true);
  if (c.dx == nullptr) return check_launch("convolution_backward");
  A* target = pointwise && !c.add_dx ? c.dx : columns_.as<A>();
  products_.multiply(pixels, inner, columns, Matrix(c.dy), Matrix(factors(c), true), target, false);
  if (!pointwise) {
    with_lanes<A>(c.in.channels, [&]<int lanes>() {
      sum_taps<A, lanes><<<blocks_for(static_cast<long>(c.in.size()) / lanes), 256, 0, stream_>>>(
          target, c.dx, extent_of(c.in), extent_of(c.out), taps_of(c), c.add_dx);
    });
  } else if (c.add_dx) {
    add_gradient(c, target);
  }
  check_launch("convolution_backward");
}

template <class A>
void CudaKernels<A>::transposed_convolution(const C& c) {
  const Operation& o = c.operation;
  const long pixels = static_cast<long>(c.in.pixels()), inner = static_cast<long>(c.in.channels);
  const long columns = static_cast<long>(o.kernel_rows * o.kernel_columns * c.out.channels);
  products_.multiply(pixels, columns, inner, Matrix(c.x), Matrix(factors(c), true), columns_.as<A>(), false);
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    scatter_taps<A, lanes><<<blocks_for(static_cast<long>(c.out.size()) / lanes), 256, 0, stream_>>>(
        columns_.as<A>(), c.bias, c.y, extent_of(c.in), extent_of(c.out), static_cast<int>(o.kernel_rows),
        static_cast<int>(o.kernel_columns));
  });
  check_launch("scatter_taps");
}

template <class A>
void CudaKernels<A>::transposed_convolution_backward(const C& c) {
  const Operation& o = c.operation;
  const long pixels = static_cast<long>(c.in.pixels()), inner = static_cast<long>(c.in.channels);
  const long columns = static_cast<long>(o.kernel_rows * o.kernel_columns * c.out.channels);
  bias_gradient(c);
  const Taps taps{static_cast<int>(o.kernel_rows),
                  static_cast<int>(o.kernel_columns),
                  static_cast<int>(o.kernel_rows),
                  static_cast<int>(o.kernel_columns),
                  0,
                  0};
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    gather_taps<A, lanes><<<blocks_for(pixels * columns / lanes), 256, 0, stream_>>>(
        c.dy, columns_.as<A>(), extent_of(c.out), extent_of(c.in), taps);
  });
  products_.multiply(columns, inner, pixels, Matrix(columns_.template as<A>(), true), Matrix(c.x), c.dweights, true);
  if (c.dx == nullptr) return check_launch("transposed_convolution_backward");
  A* fresh = columns_.as<A>() + whole_packs(c.out.size());
  products_.multiply(pixels, inner, columns, Matrix(columns_.template as<A>()), Matrix(factors(c)),
                     c.add_dx ? fresh : c.dx, false);
  if (c.add_dx) add_gradient(c, fresh);
  check_launch("transposed_convolution_backward");
}

}  // namespace an::kernels::cuda
