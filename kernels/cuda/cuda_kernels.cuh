// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "kernels/bf16.hpp"
#include "kernels/cuda/attention.cuh"
#include "kernels/cuda/convolution_choice.hpp"
#include "kernels/cuda/device_memory.hpp"
#include "kernels/cuda/elementwise.cuh"
#include "kernels/cuda/matrix_products.hpp"
#include "kernels/cuda/reductions.cuh"
#include "kernels/cuda/training.cuh"
#include "kernels/plan_executor.hpp"

namespace an::kernels::cuda {

/// A stream of its own, so that executors do not wait for each other.
class Stream {
 public:
  Stream() { check(cudaStreamCreate(&stream_), "cudaStreamCreate"); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  operator cudaStream_t() const { return stream_; }  // NOLINT(google-explicit-constructor): it is one

 private:
  cudaStream_t stream_ = nullptr;
};

inline Extent extent_of(const Shape& s) {
  return {static_cast<int>(s.images), static_cast<int>(s.rows), static_cast<int>(s.columns),
          static_cast<int>(s.channels)};
}

/// Blocks of `threads` for a loop over `count`, not more than keep the device busy.
inline unsigned blocks_for(long count, int threads = 256) {
  constexpr long most = 132 * 16;
  return static_cast<unsigned>(std::clamp((count + threads - 1) / threads, 1L, most));
}

/// The GPU's back end. `A`: float, with float32 products, or Bf16, whose products run on tensor cores.
///
/// Convolutions of stride 1 with channels in eights run as cuDNN plans (Bf16); all others are gathered into matrices
/// and multiplied by cuBLASLt.
template <class A>
class CudaKernels {
 public:
  using Activation = A;
  using Number = float;
  using C = Call<A, float>;
  static constexpr bool narrow = sizeof(A) == 2;
  /// The device works behind the calls, and to read a gradient is to wait for it: all are read at the end of backward,
  /// so that nothing of the exchange between ranks overlaps with it.
  static constexpr bool runs_behind = true;

  CudaKernels(const Plan& plan, int device);

  template <class T>
  T* allocate(std::size_t count) {
    memory_.emplace_back(count * sizeof(T));
    if (count > 0)
      check(cudaMemsetAsync(memory_.back().template as<void>(), 0, count * sizeof(T), stream_), "cudaMemset");
    return memory_.back().template as<T>();
  }
  void upload(std::span<const float> from, float* to) {
    check(cudaMemcpyAsync(to, from.data(), from.size_bytes(), cudaMemcpyHostToDevice, stream_), "cudaMemcpy");
    wait();
  }
  void upload(std::span<const float> from, Bf16* to);
  void download(const float* from, std::span<float> to) const {
    check(cudaMemcpyAsync(to.data(), from, to.size_bytes(), cudaMemcpyDeviceToHost, stream_), "cudaMemcpy");
    wait();
  }
  void download(const Bf16* from, std::span<float> to) const;
  void wait() const { check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }
  /// Copies of the parameters in the type and order that products want.
  void parameters_changed(const float* parameters, std::size_t count);

  void convolution(const C& c);
  void convolution_backward(const C& c);
  void transposed_convolution(const C& c);
  void transposed_convolution_backward(const C& c);
  void batch_norm(const C& c, Mode mode);
  void batch_norm_backward(const C& c);
  void layer_norm(const C& c);
  void layer_norm_backward(const C& c);
  void max_pool(const C& c);
  void max_pool_backward(const C& c);
  void add(const C& c);
  void add_backward(const C& c);
  void gate(const C& c);
  void gate_backward(const C& c);
  void concat(const C& c);
  void concat_backward(const C& c);
  void pick(const C& c);
  void attention(const C& c);
  void attention_backward(const C& c);
  double loss(const Loss& loss, const Shape& shape, const A* output, const float* targets, double weights, A* gradient);
  void adam(const AdamStep& step, std::size_t count, const float* gradients, float* first, float* second,
            float* parameters);

 private:
  /// What cuDNN runs of one operation; none where matrices do.
  struct Plans {
    std::unique_ptr<ConvolutionPlan> forward, data, weights;
  };

  void plan_convolution(const Plan& plan, std::size_t index);
  void reserve_scratch(const Plan& plan);
  const A* factors(const C& c) const;  ///< the operation's kernel in the type of products
  const A* bias_of(const C& c) const;
  template <class Term>
  void sum_channels_of(const Term& term, const Shape& shape, float* first, float* second);
  void bias_gradient(const C& c);
  void add_gradient(const C& c, const A* gradient);
  void library_convolution_backward(const C& c);
  std::size_t set_attention_memory(const SequenceSet& s, bool gradient, const void* kernel) const;
  static Taps taps_of(const C& c);

  int device_;
  Stream stream_;
  CudnnHandle cudnn_;
  MatrixProducts products_;
  Plan plan_;
  std::vector<Plans> plans_;
  std::vector<DeviceMemory> memory_;
  const float* parameters_ = nullptr;  ///< the executor's
  DeviceMemory narrow_parameters_;     ///< all parameters as A
  DeviceMemory filters_;               ///< kernels as (out, taps, in) for cuDNN
  DeviceMemory columns_, workspace_, partial_, float_scratch_, filter_gradient_, losses_;
  mutable DeviceMemory staging_;
  mutable std::size_t staged_ = 0;
};

}  // namespace an::kernels::cuda
