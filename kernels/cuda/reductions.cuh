// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/elementwise.cuh"

/// Sums over pixels and channels. All are added in an order that does not depend on what runs when, so that training
/// gives the same numbers again.
namespace an::kernels::cuda {

constexpr int sum_channels = 32, sum_rows = 8;  // threads of a block of partial_sums
constexpr int channel_threads = 64;             // threads of a block that sums over channels

/// What is summed for every channel: two values an element.
struct Pair {
  float first, second;
};

/// dy and nothing: the gradient of a bias.
template <class A>
struct BiasTerm {
  const A* dy;
  __device__ Pair operator()(long i, int) const { return {static_cast<float>(dy[i]), 0}; }
};

/// x and x²: for means and variances, from a value near the mean.
template <class A>
struct MomentTerm {
  const A* x;
  const float* centre;  ///< of each channel
  __device__ Pair operator()(long i, int channel) const {
    const float value = static_cast<float>(x[i]) - centre[channel];
    return {value, value * value};
  }
};

/// What is known of a batch norm's channel, and what comes through its ReLU.
template <class A>
struct BatchNormTerm {
  const A* x;
  const A* dy;
  const float* gamma;
  const float* beta;
  const float* saved;  ///< means, then 1/sd
  int channels;
  bool relu;
  __device__ float normal(long i, int channel) const {
    return (static_cast<float>(x[i]) - saved[channel]) * saved[channels + channel];
  }
  __device__ float gradient(long i, int channel, float normal_x) const {
    const bool closed = relu && !(normal_x * gamma[channel] + beta[channel] > 0);
    return closed ? 0.0F : static_cast<float>(dy[i]);
  }
  __device__ Pair operator()(long i, int channel) const {
    const float n = normal(i, channel), d = gradient(i, channel, n);
    return {d, d * n};
  }
};

/// Gradients of a layer norm's scale and shift.
template <class A>
struct LayerNormTerm {
  const A* x;
  const A* dy;
  const float* saved;  ///< mean and 1/sd of each pixel
  int channels;
  __device__ Pair operator()(long i, int) const {
    const long pixel = i / channels;
    const float d = static_cast<float>(dy[i]);
    return {d, d * (static_cast<float>(x[i]) - saved[2 * pixel]) * saved[2 * pixel + 1]};
  }
};

/// partial[chunk][2][channels]: the sums of a chunk of pixels; grid (channels / 32, chunks), block (32, 8).
template <class Term>
__global__ void partial_sums(Term term, long pixels, int channels, float* partial) {
  AN_SHARED(Pair, sums, [sum_rows][sum_channels]);
  const int channel = static_cast<int>(blockIdx.x * sum_channels + threadIdx.x);
  const long chunk = (pixels + gridDim.y - 1) / gridDim.y;
  const long begin = chunk * blockIdx.y;
  const long end = begin + chunk < pixels ? begin + chunk : pixels;
  Pair sum{0, 0};
  if (channel < channels)
    for (long p = begin + threadIdx.y; p < end; p += sum_rows) {
      const Pair value = term(p * channels + channel, channel);
      sum.first += value.first;
      sum.second += value.second;
    }
  sums[threadIdx.y][threadIdx.x] = sum;
  AN_SYNC();
  if (threadIdx.y == 0 && channel < channels) {
    for (int r = 1; r < sum_rows; ++r) {
      sum.first += sums[r][threadIdx.x].first;
      sum.second += sums[r][threadIdx.x].second;
    }
    float* out = partial + static_cast<long>(blockIdx.y) * 2 * channels + channel;
    out[0] = sum.first;
    out[channels] = sum.second;
  }
}

/// Sums of all chunks: one thread a channel. \param second may be null
__global__ void total_sums(const float* partial, int chunks, int channels, float* first, float* second) {
  const int channel = first_index();
  if (channel >= channels) return;
  double a = 0, b = 0;
  for (int chunk = 0; chunk < chunks; ++chunk) {
    a += static_cast<double>(partial[chunk * 2 * channels + channel]);
    b += static_cast<double>(partial[(chunk * 2 + 1) * channels + channel]);
  }
  first[channel] = static_cast<float>(a);
  if (second != nullptr) second[channel] = static_cast<float>(b);
}

/// Means and 1/sd of a batch from its sums, and the moving statistics after it.
__global__ void batch_statistics(const float* sums, const float* centre, long pixels, int channels, float epsilon,
                                 float momentum, float* statistics, float* saved) {
  const int channel = first_index();
  if (channel >= channels) return;
  const double count = static_cast<double>(pixels);
  const double shift = static_cast<double>(sums[channel]) / count;
  const double mean = static_cast<double>(centre[channel]) + shift;
  double variance = static_cast<double>(sums[channels + channel]) / count - shift * shift;
  if (variance < 0) variance = 0;
  saved[channel] = static_cast<float>(mean);
  saved[channels + channel] = static_cast<float>(1 / sqrt(variance + static_cast<double>(epsilon)));
  statistics[channel] = momentum * statistics[channel] + (1 - momentum) * static_cast<float>(mean);
  statistics[channels + channel] =
      momentum * statistics[channels + channel] + (1 - momentum) * static_cast<float>(variance);
}

/// Means and 1/sd of inference, from the moving statistics.
__global__ void moving_statistics(const float* statistics, int channels, float epsilon, float* saved) {
  const int channel = first_index();
  if (channel >= channels) return;
  saved[channel] = statistics[channel];
  saved[channels + channel] =
      static_cast<float>(1 / sqrt(static_cast<double>(statistics[channels + channel]) + static_cast<double>(epsilon)));
}

template <class A, int lanes>
__global__ void batch_norm(const A* x, const float* gamma, const float* beta, const float* saved, A* y, int pixels,
                           int channels, bool relu) {
  const int groups = channels / lanes;
  for (int i = first_index(); i < pixels * groups; i += index_stride()) {
    Pack<A, lanes> pack = reinterpret_cast<const Pack<A, lanes>*>(x)[i];
    const int first = i % groups * lanes;
    for (int l = 0; l < lanes; ++l) {
      const int k = first + l;
      const float normal = (static_cast<float>(pack.lane[l]) - saved[k]) * saved[channels + k];
      const float value = normal * gamma[k] + beta[k];
      pack.lane[l] = A(relu && value < 0 ? 0.0F : value);
    }
    reinterpret_cast<Pack<A, lanes>*>(y)[i] = pack;
  }
}

/// \param dbeta, dgamma sums of the gradient, and of its products with the normalised input
template <class A, int lanes>
__global__ void batch_norm_gradient(BatchNormTerm<A> term, const float* dbeta, const float* dgamma, A* dx, int pixels,
                                    bool add) {
  const int channels = term.channels, groups = channels / lanes;
  const float share = 1 / static_cast<float>(pixels);
  for (int i = first_index(); i < pixels * groups; i += index_stride()) {
    const Pack<A, lanes> x = reinterpret_cast<const Pack<A, lanes>*>(term.x)[i];
    const Pack<A, lanes> dy = reinterpret_cast<const Pack<A, lanes>*>(term.dy)[i];
    const int first = i % groups * lanes;
    float values[lanes];
    for (int l = 0; l < lanes; ++l) {
      const int k = first + l;
      const float scale = term.saved[channels + k];
      const float normal = (static_cast<float>(x.lane[l]) - term.saved[k]) * scale;
      const bool closed = term.relu && !(normal * term.gamma[k] + term.beta[k] > 0);
      const float d = closed ? 0.0F : static_cast<float>(dy.lane[l]);
      values[l] = term.gamma[k] * scale * (d - dbeta[k] * share - normal * dgamma[k] * share);
    }
    give_pack<A, lanes>(dx, i, values, add);
  }
}

/// Sum of a value over the block's threads, for all of them. \param scratch of channel_threads
__device__ inline float block_sum(float value, float* scratch) {
  scratch[threadIdx.x] = value;
  AN_SYNC();
  for (unsigned half = channel_threads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) scratch[threadIdx.x] += scratch[threadIdx.x + half];
    AN_SYNC();
  }
  const float sum = scratch[0];
  AN_SYNC();
  return sum;
}

/// One block of channel_threads a pixel.
template <class A>
__global__ void layer_norm(const A* x, const float* gamma, const float* beta, A* y, float* saved, int channels,
                           float epsilon) {
  AN_SHARED(float, scratch, [channel_threads]);
  const long pixel = blockIdx.x;
  const A* in = x + pixel * channels;
  float sum = 0;
  for (int k = static_cast<int>(threadIdx.x); k < channels; k += channel_threads) sum += static_cast<float>(in[k]);
  const float mean = block_sum(sum, scratch) / static_cast<float>(channels);
  float squares = 0;
  for (int k = static_cast<int>(threadIdx.x); k < channels; k += channel_threads) {
    const float d = static_cast<float>(in[k]) - mean;
    squares += d * d;
  }
  const float scale = 1 / sqrtf(block_sum(squares, scratch) / static_cast<float>(channels) + epsilon);
  if (threadIdx.x == 0) {
    saved[2 * pixel] = mean;
    saved[2 * pixel + 1] = scale;
  }
  for (int k = static_cast<int>(threadIdx.x); k < channels; k += channel_threads)
    y[pixel * channels + k] = A((static_cast<float>(in[k]) - mean) * scale * gamma[k] + beta[k]);
}

template <class A>
__global__ void layer_norm_gradient(const A* x, const A* dy, const float* gamma, const float* saved, A* dx,
                                    int channels, bool add) {
  AN_SHARED(float, scratch, [channel_threads]);
  const long pixel = blockIdx.x;
  const float mean = saved[2 * pixel], scale = saved[2 * pixel + 1];
  float sum = 0, product = 0;
  for (int k = static_cast<int>(threadIdx.x); k < channels; k += channel_threads) {
    const float d = static_cast<float>(dy[pixel * channels + k]) * gamma[k];
    sum += d;
    product += d * (static_cast<float>(x[pixel * channels + k]) - mean) * scale;
  }
  sum = block_sum(sum, scratch);
  product = block_sum(product, scratch);
  for (int k = static_cast<int>(threadIdx.x); k < channels; k += channel_threads) {
    const long i = pixel * channels + k;
    const float normal = (static_cast<float>(x[i]) - mean) * scale;
    const float d = static_cast<float>(dy[i]) * gamma[k];
    give(dx[i], scale * (d - (sum + normal * product) / static_cast<float>(channels)), add);
  }
}

}  // namespace an::kernels::cuda
