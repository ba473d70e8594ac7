// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/cuda_kernels_linear.cuh"

/// Norms, pools, gates, attention, loss and Adam of the GPU's back end.
namespace an::kernels::cuda {

template <class A>
void CudaKernels<A>::batch_norm(const C& c, Mode mode) {
  const int channels = static_cast<int>(c.out.channels);
  const int pixels = static_cast<int>(c.out.pixels());
  const unsigned blocks = static_cast<unsigned>((channels + 63) / 64);
  if (mode == Mode::training) {
    float* sums = partial_.as<float>() + static_cast<long>(most_chunks) * 2 * channels;
    sum_channels_of(MomentTerm<A>{c.x, c.statistics}, c.out, sums, sums + channels);
    batch_statistics<<<blocks, 64, 0, stream_>>>(sums, c.statistics, pixels, channels, batch_norm_epsilon,
                                                 batch_norm_momentum, c.statistics, c.saved);
  } else {
    moving_statistics<<<blocks, 64, 0, stream_>>>(c.statistics, channels, batch_norm_epsilon, c.saved);
  }
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    cuda::batch_norm<A, lanes><<<blocks_for(pixels * channels / lanes), 256, 0, stream_>>>(
        c.x, c.weights, c.bias, c.saved, c.y, pixels, channels, c.operation.relu);
  });
  check_launch("batch_norm");
}

template <class A>
void CudaKernels<A>::batch_norm_backward(const C& c) {
  const BatchNormTerm<A> term{
      c.x, c.dy, c.weights, c.bias, c.saved, static_cast<int>(c.out.channels), c.operation.relu};
  sum_channels_of(term, c.out, c.dbias, c.dweights);
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    batch_norm_gradient<A, lanes><<<blocks_for(static_cast<long>(c.out.size()) / lanes), 256, 0, stream_>>>(
        term, c.dbias, c.dweights, c.dx, static_cast<int>(c.out.pixels()), c.add_dx);
  });
  check_launch("batch_norm_gradient");
}

template <class A>
void CudaKernels<A>::layer_norm(const C& c) {
  cuda::layer_norm<<<static_cast<unsigned>(c.out.pixels()), channel_threads, 0, stream_>>>(
      c.x, c.weights, c.bias, c.y, c.saved, static_cast<int>(c.out.channels), layer_norm_epsilon);
  check_launch("layer_norm");
}

template <class A>
void CudaKernels<A>::layer_norm_backward(const C& c) {
  const int channels = static_cast<int>(c.out.channels);
  sum_channels_of(LayerNormTerm<A>{c.x, c.dy, c.saved, channels}, c.out, c.dbias, c.dweights);
  layer_norm_gradient<<<static_cast<unsigned>(c.out.pixels()), channel_threads, 0, stream_>>>(
      c.x, c.dy, c.weights, c.saved, c.dx, channels, c.add_dx);
  check_launch("layer_norm_gradient");
}

template <class A>
void CudaKernels<A>::max_pool(const C& c) {
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    cuda::max_pool<A, lanes><<<blocks_for(static_cast<long>(c.out.size()) / lanes), 256, 0, stream_>>>(
        c.x, c.y, extent_of(c.in), extent_of(c.out), static_cast<int>(c.operation.kernel_rows),
        static_cast<int>(c.operation.kernel_columns));
  });
  check_launch("max_pool");
}

template <class A>
void CudaKernels<A>::max_pool_backward(const C& c) {
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    max_pool_gradient<A, lanes><<<blocks_for(static_cast<long>(c.out.size()) / lanes), 256, 0, stream_>>>(
        c.x, c.y, c.dy, c.dx, extent_of(c.in), extent_of(c.out), static_cast<int>(c.operation.kernel_rows),
        static_cast<int>(c.operation.kernel_columns), c.add_dx);
  });
  check_launch("max_pool_gradient");
}

template <class A>
void CudaKernels<A>::add(const C& c) {
  const long count = static_cast<long>(c.out.size());
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    add_values<A, lanes><<<blocks_for(count / lanes), 256, 0, stream_>>>(c.x, c.z, c.y, count, c.operation.relu);
  });
  check_launch("add_values");
}

template <class A>
void CudaKernels<A>::add_backward(const C& c) {
  const long count = static_cast<long>(c.out.size());
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    const unsigned blocks = blocks_for(count / lanes);
    if (c.operation.relu) close_relu<A, lanes><<<blocks, 256, 0, stream_>>>(c.y, c.dy, count);
    if (c.dx != nullptr) pass_gradient<A, lanes><<<blocks, 256, 0, stream_>>>(c.dy, c.dx, count, c.add_dx);
    if (c.dz != nullptr) pass_gradient<A, lanes><<<blocks, 256, 0, stream_>>>(c.dy, c.dz, count, c.add_dz);
  });
  check_launch("pass_gradient");
}

template <class A>
void CudaKernels<A>::gate(const C& c) {
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    cuda::gate<A, lanes><<<blocks_for(static_cast<long>(c.out.size()) / lanes), 256, 0, stream_>>>(
        c.x, c.z, c.y, extent_of(c.out), extent_of(c.other), static_cast<int>(c.operation.kernel_rows),
        static_cast<int>(c.operation.kernel_columns));
  });
  check_launch("gate");
}

template <class A>
void CudaKernels<A>::gate_backward(const C& c) {
  const int row_factor = static_cast<int>(c.operation.kernel_rows);
  const int column_factor = static_cast<int>(c.operation.kernel_columns);
  float* openings = float_scratch_.as<float>();
  int groups = 0;
  with_lanes<A>(c.out.channels, [&]<int lanes>() {
    groups = static_cast<int>(c.out.channels) / lanes;
    gate_gradient<A, lanes><<<blocks_for(static_cast<long>(c.out.size()) / lanes), 256, 0, stream_>>>(
        c.x, c.z, c.dy, c.dx, openings, extent_of(c.out), extent_of(c.other), row_factor, column_factor, c.add_dx);
  });
  psi_gradient<<<blocks_for(static_cast<long>(c.other.size())), 256, 0, stream_>>>(
      c.z, openings, groups, c.dz, extent_of(c.out), extent_of(c.other), row_factor, column_factor, c.add_dz);
  check_launch("gate_gradient");
}

template <class A>
void CudaKernels<A>::concat(const C& c) {
  const int pixels = static_cast<int>(c.out.pixels());
  const int first = static_cast<int>(c.in.channels), second = static_cast<int>(c.other.channels);
  const std::size_t common = c.in.channels % 8 == 0 && c.other.channels % 8 == 0 ? 8 : 1;
  with_lanes<A>(common, [&]<int lanes>() {
    const unsigned blocks = blocks_for(pixels * first / lanes);
    copy_channels<A, lanes><<<blocks, 256, 0, stream_>>>(c.x, c.y, pixels, first, first + second, 0, true, false);
    copy_channels<A, lanes><<<blocks, 256, 0, stream_>>>(c.z, c.y, pixels, second, first + second, first, true, false);
  });
  check_launch("copy_channels");
}

template <class A>
void CudaKernels<A>::concat_backward(const C& c) {
  const int pixels = static_cast<int>(c.out.pixels());
  const int first = static_cast<int>(c.in.channels), second = static_cast<int>(c.other.channels);
  const std::size_t common = c.in.channels % 8 == 0 && c.other.channels % 8 == 0 ? 8 : 1;
  with_lanes<A>(common, [&]<int lanes>() {
    const unsigned blocks = blocks_for(pixels * first / lanes);
    copy_channels<A, lanes><<<blocks, 256, 0, stream_>>>(c.dy, c.dx, pixels, first, first + second, 0, false, c.add_dx);
    copy_channels<A, lanes>
        <<<blocks, 256, 0, stream_>>>(c.dy, c.dz, pixels, second, first + second, first, false, c.add_dz);
  });
  check_launch("copy_channels");
}

template <class A>
void CudaKernels<A>::pick(const C& c) {
  const int pixels = static_cast<int>(c.out.pixels());
  cuda::pick<<<blocks_for(pixels), 256, 0, stream_>>>(c.x, c.y, pixels, static_cast<int>(c.in.channels),
                                                      static_cast<int>(c.operation.channel));
  check_launch("pick");
}

// Lets a kernel have the shared memory that a sequence needs: so many bytes.
template <class A>
std::size_t CudaKernels<A>::set_attention_memory(const SequenceSet& s, bool gradient, const void* kernel) const {
  const std::size_t bytes = attention_memory(s, gradient) * sizeof(float);
  int most = 0;
  check(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device_), "cudaDeviceGetAttribute");
  if (bytes > static_cast<std::size_t>(most))
    throw BackendTooSmall("cuda: attention over " + std::to_string(s.length) + " places needs " +
                          std::to_string(bytes) + " bytes of shared memory, the device has " + std::to_string(most) +
                          " (shorter trajectories, or more heads, need less)");
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)),
        "cudaFuncSetAttribute");
  return bytes;
}

inline dim3 attention_grid(const Operation& o, const Shape& s) {
  return {static_cast<unsigned>(s.images * (o.over_rows ? s.columns : s.rows)), static_cast<unsigned>(o.heads)};
}

template <class A>
void CudaKernels<A>::attention(const C& c) {
  const SequenceSet s = sequences_of(c.operation, c.out);
  const std::size_t bytes = set_attention_memory(s, false, reinterpret_cast<const void*>(&cuda::attention<A>));
  cuda::attention<<<attention_grid(c.operation, c.out), attention_threads, bytes, stream_>>>(s, c.x, c.z, c.y);
  check_launch("attention");
}

template <class A>
void CudaKernels<A>::attention_backward(const C& c) {
  const SequenceSet s = sequences_of(c.operation, c.out);
  const std::size_t bytes = set_attention_memory(s, true, reinterpret_cast<const void*>(&attention_gradient<A>));
  attention_gradient<<<attention_grid(c.operation, c.out), attention_threads, bytes, stream_>>>(s, c.x, c.z, c.dy,
                                                                                                c.dx);
  check_launch("attention_gradient");
}

template <class A>
double CudaKernels<A>::loss(const Loss& loss, const Shape& shape, const A* output, const float* targets, double weights,
                            A* gradient) {
  cuda::loss<<<loss_blocks, loss_threads, 0, stream_>>>(loss, output, targets, static_cast<long>(shape.pixels()),
                                                        static_cast<int>(shape.channels), weights, gradient,
                                                        losses_.as<double>());
  check_launch("loss");
  std::vector<double> partial(loss_blocks);
  check(cudaMemcpyAsync(partial.data(), losses_.as<double>(), loss_blocks * sizeof(double), cudaMemcpyDeviceToHost,
                        stream_),
        "cudaMemcpy");
  wait();
  double sum = 0;
  for (const double value : partial) sum += value;
  return sum;
}

template <class A>
void CudaKernels<A>::adam(const AdamStep& step, std::size_t count, const float* gradients, float* first, float* second,
                          float* parameters) {
  const auto [first_factor, second_factor] = adam_corrections(step);
  cuda::adam<<<blocks_for(static_cast<long>(count)), 256, 0, stream_>>>(
      step, first_factor, second_factor, static_cast<long>(count), gradients, first, second, parameters);
  check_launch("adam");
}

}  // namespace an::kernels::cuda
