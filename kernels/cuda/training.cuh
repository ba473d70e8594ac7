// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/elementwise.cuh"
#include "kernels/loss_terms.hpp"

namespace an::kernels::cuda {

constexpr int loss_threads = 256;
constexpr int most_outputs = 8;

/// Gradient at the output, and the loss summed over each block's pixels. \param weights their sum
template <class A>
__global__ void loss(Loss kind, const A* output, const float* targets, long pixels, int channels, double weights,
                     A* gradient, double* partial) {
  AN_SHARED(double, sums, [loss_threads]);
  double sum = 0;
  for (long p = first_index(); p < pixels; p += index_stride()) {
    float values[most_outputs] = {}, slopes[most_outputs] = {};
    for (int k = 0; k < most_outputs; ++k)
      if (k < channels) values[k] = static_cast<float>(output[p * channels + k]);
    const float* target = targets + p * static_cast<long>(target_channels);
    const float weight = weights > 0 ? static_cast<float>(static_cast<double>(target[4]) / weights) : 0.0F;
    if (weight > 0) sum += static_cast<double>(weight * pixel_loss(kind, values, target, slopes));
    for (int k = 0; k < most_outputs; ++k)
      if (k < channels) gradient[p * channels + k] = A(weight * slopes[k]);
  }
  sums[threadIdx.x] = sum;
  AN_SYNC();
  for (unsigned half = loss_threads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    AN_SYNC();
  }
  if (threadIdx.x == 0) partial[blockIdx.x] = sums[0];
}

/// \param first_factor, second_factor see adam_corrections()
__global__ void adam(AdamStep s, float first_factor, float second_factor, long count, const float* gradients,
                     float* first, float* second, float* parameters) {
  for (long i = first_index(); i < count; i += index_stride()) {
    const float g = gradients[i];
    first[i] = s.beta1 * first[i] + (1 - s.beta1) * g;
    second[i] = s.beta2 * second[i] + (1 - s.beta2) * g * g;
    const float slope = first[i] * first_factor / (sqrtf(second[i] * second_factor) + s.epsilon);
    parameters[i] -= s.rate * (slope + s.decay * parameters[i]);
  }
}

}  // namespace an::kernels::cuda
