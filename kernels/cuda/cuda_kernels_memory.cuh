// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/cuda_kernels.cuh"

/// Memory, copies and preparation of the GPU's back end.
namespace an::kernels::cuda {

constexpr int most_chunks = 1024;  // of partial sums
constexpr int loss_blocks = 512;

/// \throws BackendTooSmall where an array has more numbers than the kernels have indices
inline void expect_addressable(std::size_t numbers) {
  constexpr std::size_t most = 2'000'000'000;  // the kernels' indices are of 32 bits
  if (numbers > most)
    throw BackendTooSmall("cuda: a batch whose largest array has " + std::to_string(numbers) + " numbers (expected " +
                          std::to_string(most) + " at most: fewer tiles at a time)");
}

/// Elements, rounded up so that what follows them can be moved in packs and multiplied.
constexpr std::size_t whole_packs(std::size_t elements) { return (elements + 15) / 16 * 16; }

template <class A>
CudaKernels<A>::CudaKernels(const Plan& plan, int device)
    : device_((check(cudaSetDevice(device), "cudaSetDevice"), device)),
      cudnn_(static_cast<cudaStream_t>(stream_)),
      products_(narrow, stream_),
      plan_(plan),
      plans_(plan.operations.size()) {
  for (const Value& v : plan.values) expect_addressable(v.shape.size());
  reserve_scratch(plan);
  if constexpr (narrow) {
    narrow_parameters_ = DeviceMemory(plan.parameters * sizeof(A));
    filters_ = DeviceMemory(plan.parameters * sizeof(A));
    std::size_t workspace = 0;
    for (std::size_t i = 0; i < plan.operations.size(); ++i) {
      plan_convolution(plan, i);
      for (const auto* p : {&plans_[i].forward, &plans_[i].data, &plans_[i].weights})
        if (*p) workspace = std::max(workspace, (*p)->workspace());
    }
    workspace_ = DeviceMemory(workspace);
  }
}

// Room for the largest gathered matrix, gradient and sum of all operations.
template <class A>
void CudaKernels<A>::reserve_scratch(const Plan& plan) {
  std::size_t columns = 0, channels = 1, filter = 0, openings = 0, largest = 0;
  for (const Operation& o : plan.operations) {
    const Shape in = plan.values[o.inputs[0]].shape, out = plan.values[o.output].shape;
    const std::size_t taps = o.kernel_rows * o.kernel_columns;
    channels = std::max({channels, out.channels, in.channels});
    if (o.kind == OperationKind::convolution) {
      const bool gathered = !is_pointwise(o) && !(narrow && library_convolution(plan, o));
      if (gathered) columns = std::max(columns, out.pixels() * taps * in.channels);
      filter = std::max(filter, taps * in.channels * out.channels);
      largest = std::max(largest, in.size());
    }
    if (o.kind == OperationKind::transposed_convolution) {
      columns = std::max(columns, whole_packs(out.size()));
      largest = std::max(largest, in.size());
    }
    if (o.kind == OperationKind::gate) openings = std::max(openings, out.size());
  }
  expect_addressable(columns);
  columns_ = DeviceMemory((columns + (plan.training ? largest : 0)) * sizeof(A));
  partial_ = DeviceMemory((most_chunks + 2) * 2 * channels * sizeof(float));
  float_scratch_ = DeviceMemory(openings * sizeof(float));
  filter_gradient_ = DeviceMemory(filter * sizeof(A));
  losses_ = DeviceMemory(loss_blocks * sizeof(double));
}

template <class A>
void CudaKernels<A>::plan_convolution(const Plan& plan, std::size_t index) {
  const Operation& o = plan.operations[index];
  const std::optional<ConvolutionShape> shape = library_convolution(plan, o);
  if (!shape) return;
  Plans& p = plans_[index];
  const auto make = [&](ConvolutionPart part) { return std::make_unique<ConvolutionPlan>(*shape, part, cudnn_.get()); };
  p.forward = make(o.relu ? ConvolutionPart::forward_relu : ConvolutionPart::forward);
  if (!plan.training) return;
  if (o.wants_gradient[0]) p.data = make(ConvolutionPart::data_gradient);
  p.weights = make(ConvolutionPart::weight_gradient);
}

template <class A>
void CudaKernels<A>::upload(std::span<const float> from, Bf16* to) {
  if (staged_ < from.size()) {
    staging_ = DeviceMemory(from.size_bytes());
    staged_ = from.size();
  }
  upload(from, staging_.as<float>());
  const int count = static_cast<int>(from.size());
  convert<<<blocks_for(count), 256, 0, stream_>>>(staging_.as<float>(), to, count);
  check_launch("convert");
}

template <class A>
void CudaKernels<A>::download(const Bf16* from, std::span<float> to) const {
  if (staged_ < to.size()) {
    staging_ = DeviceMemory(to.size_bytes());
    staged_ = to.size();
  }
  const int count = static_cast<int>(to.size());
  convert<<<blocks_for(count), 256, 0, stream_>>>(from, staging_.as<float>(), count);
  check_launch("convert");
  download(staging_.as<float>(), to);
}

template <class A>
void CudaKernels<A>::parameters_changed(const float* parameters, std::size_t count) {
  parameters_ = parameters;
  if constexpr (narrow) {
    convert<<<blocks_for(static_cast<int>(count)), 256, 0, stream_>>>(parameters, narrow_parameters_.as<A>(),
                                                                      static_cast<int>(count));
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (!plans_[i].forward) continue;
      const Operation& o = plan_.operations[i];
      const int taps = static_cast<int>(o.kernel_rows * o.kernel_columns);
      const int in = static_cast<int>(plan_.values[o.inputs[0]].shape.channels);
      const int out = static_cast<int>(plan_.values[o.output].shape.channels);
      transpose_filter<<<blocks_for(static_cast<long>(taps) * in * out), 256, 0, stream_>>>(
          parameters + o.weights, filters_.as<A>() + o.weights, taps, in, out, false);
    }
    check_launch("transpose_filter");
  }
}

template <class A>
const A* CudaKernels<A>::factors(const C& c) const {
  if constexpr (narrow) {
    return narrow_parameters_.as<A>() + c.operation.weights;
  } else {
    return c.weights;
  }
}

template <class A>
const A* CudaKernels<A>::bias_of(const C& c) const {
  if constexpr (narrow) {
    return narrow_parameters_.as<A>() + c.operation.bias;
  } else {
    return c.bias;
  }
}

template <class A>
Taps CudaKernels<A>::taps_of(const C& c) {
  const Operation& o = c.operation;
  return {static_cast<int>(o.kernel_rows),
          static_cast<int>(o.kernel_columns),
          static_cast<int>(o.stride_rows),
          static_cast<int>(o.stride_columns),
          static_cast<int>(padding_before(c.in.rows, c.out.rows, o.kernel_rows, o.stride_rows)),
          static_cast<int>(padding_before(c.in.columns, c.out.columns, o.kernel_columns, o.stride_columns))};
}

}  // namespace an::kernels::cuda
