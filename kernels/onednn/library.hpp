// SPDX-License-Identifier: MIT
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <string>

#include "kernels/kernels.hpp"

/// The few calls of oneDNN that versions 2 and 3 spell differently.
namespace an::kernels::onednn {

/// Calls the library. \throws BackendFailed where it fails
template <class Calls>
void checked(const Calls& calls) {
  try {
    calls();
  } catch (const dnnl::error& error) {
    throw BackendFailed(std::string("oneDNN: ") + error.what());
  }
}

/// What a convolution or transposed convolution joins, whatever its direction.
struct Joined {
  dnnl::memory::dims size;  // of the weights: outputs, inputs, rows, columns
  dnnl::memory::desc input, weights, bias, output;
  dnnl::memory::dims strides, padding_before, padding_after;
};

/// Whether the library uses these instructions: this machine has them, and ONEDNN_MAX_CPU_ISA does not forbid them.
inline bool library_uses(dnnl::cpu_isa instructions) {
  const auto used = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto wanted = static_cast<unsigned>(instructions);
  return (used & wanted) == wanted;
}

/// Whether this machine multiplies numbers of bfloat16.
inline bool multiplies_bf16() { return library_uses(dnnl::cpu_isa::avx512_core_bf16); }

inline void append_relu(dnnl::post_ops& operations) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
#else
  operations.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
#endif
}

template <class Forward>
typename Forward::primitive_desc describe_forward(const dnnl::engine& engine, dnnl::prop_kind kind,
                                                  dnnl::algorithm algorithm, const Joined& j,
                                                  const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine,   kind,      algorithm,        j.input,         j.weights, j.bias,
          j.output, j.strides, j.padding_before, j.padding_after, attributes};
#else
  const typename Forward::desc what(kind, algorithm, j.input, j.weights, j.bias, j.output, j.strides, j.padding_before,
                                    j.padding_after);
  return {what, attributes, engine};
#endif
}

/// Gradients of the input or of the weights; those without the bias, which the library sums in float32, one pixel after
/// another.
template <class Backward, class Hint>
typename Backward::primitive_desc describe_backward(const dnnl::engine& engine, dnnl::algorithm algorithm,
                                                    const Joined& j, const Hint& hint,
                                                    const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine,    algorithm,        j.input,         j.weights, j.output,
          j.strides, j.padding_before, j.padding_after, hint,      attributes};
#else
  const typename Backward::desc what(algorithm, j.input, j.weights, j.output, j.strides, j.padding_before,
                                     j.padding_after);
  return {what, attributes, engine, hint};
#endif
}

/// A product of matrices.
inline dnnl::matmul::primitive_desc describe_product(const dnnl::engine& engine, const dnnl::memory::desc& left,
                                                     const dnnl::memory::desc& right, const dnnl::memory::desc& result,
                                                     const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, left, right, result, attributes};
#else
  return {dnnl::matmul::desc(left, right, result), attributes, engine};
#endif
}

}  // namespace an::kernels::onednn
