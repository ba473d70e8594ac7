// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "kernels/cuda/convolution_plan.hpp"
#include "kernels/kernels.hpp"

namespace an::kernels::cuda {

/// A product of matrices as it stands: neither taps nor strides.
inline bool is_pointwise(const Operation& o) {
  return o.kernel_rows * o.kernel_columns == 1 && o.stride_rows * o.stride_columns == 1;
}

/// The convolution that cuDNN runs in bfloat16 for an operation; none where matrices do: other operations, kernels of
/// one pixel, strides, even kernels, and channels that are not in eights.
inline std::optional<ConvolutionShape> library_convolution(const Plan& plan, const Operation& o) {
  if (o.kind != OperationKind::convolution || is_pointwise(o) || o.stride_rows * o.stride_columns != 1) return {};
  const Shape in = plan.values[o.inputs[0]].shape, out = plan.values[o.output].shape;
  if (in.channels % 8 != 0 || out.channels % 8 != 0 || o.kernel_rows % 2 == 0 || o.kernel_columns % 2 == 0) return {};
  const auto extent = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  return ConvolutionShape{extent(in.images),    extent(in.rows),       extent(in.columns),      extent(in.channels),
                          extent(out.channels), extent(o.kernel_rows), extent(o.kernel_columns)};
}

}  // namespace an::kernels::cuda
