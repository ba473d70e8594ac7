// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace an::kernels::cuda {

/// A convolution of stride 1 with "same" padding and odd kernels, of bfloat16 with channels last, kernels (out, kh, kw,
/// in), sums in float32.
struct ConvolutionShape {
  std::int64_t images, rows, columns, in, out, kernel_rows, kernel_columns;
};

enum class ConvolutionPart { forward, forward_relu, data_gradient, weight_gradient };

/// One part of a convolution as cuDNN's graph API runs it.
class ConvolutionPlan {
 public:
  /// \param handle cudnnHandle_t of the device, or null: then for a device that is not there, told by its properties as
  /// cuDNN writes them (the text of a JSON object, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION) \throws
  /// BackendFailed in cuDNN's words where it has no deterministic engine
  ConvolutionPlan(const ConvolutionShape& shape, ConvolutionPart part, void* handle,
                  const std::string& properties = "");
  ~ConvolutionPlan();
  ConvolutionPlan(const ConvolutionPlan&) = delete;
  ConvolutionPlan& operator=(const ConvolutionPlan&) = delete;

  std::size_t workspace() const;
  /// forward: a input, b kernel, bias, out output; data_gradient: a output's gradient, b kernel; weight_gradient: a
  /// output's gradient, b input.
  void run(void* handle, const void* a, const void* b, const void* bias, void* out, void* workspace) const;

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

/// A cuDNN handle on a stream.
class CudnnHandle {
 public:
  explicit CudnnHandle(void* stream);
  ~CudnnHandle();
  CudnnHandle(const CudnnHandle&) = delete;
  CudnnHandle& operator=(const CudnnHandle&) = delete;
  void* get() const { return handle_; }

 private:
  void* handle_ = nullptr;
};

/// `9.19.0`
std::string cudnn_version();

}  // namespace an::kernels::cuda
