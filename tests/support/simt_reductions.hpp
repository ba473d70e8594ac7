// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/cuda/attention.cuh"
#include "kernels/cuda/reductions.cuh"
#include "kernels/cuda/training.cuh"
#include "simt_case.hpp"

/// The kernels that have barriers, launched as the GPU's back end does, each on an operation of its own.
namespace an::test {

namespace cuda = kernels::cuda;

/// Sums of a term's two values over all pixels, channel after channel.
template <class Term>
std::vector<float> sums_of(const Term& term, std::size_t pixels, std::size_t channels, unsigned chunks) {
  const int count = static_cast<int>(channels);
  const unsigned groups = (static_cast<unsigned>(channels) + cuda::sum_channels - 1) / cuda::sum_channels;
  std::vector<float> partial(chunks * 2 * channels), sums(2 * channels);
  emulate({groups, chunks}, {cuda::sum_channels, cuda::sum_rows}, 0,
          [&] { cuda::partial_sums(term, static_cast<long>(pixels), count, partial.data()); });
  emulate((static_cast<unsigned>(channels) + 63) / 64, 64, 0, [&] {
    cuda::total_sums(partial.data(), static_cast<int>(chunks), count, sums.data(), sums.data() + channels);
  });
  return sums;
}

template <class A>
OperationCase<A> layer_norm_case(std::size_t channels, bool add) {
  const Shape shape{1, 2, 3, channels};
  OperationCase<A> c(kernels::OperationKind::layer_norm, shape, {}, shape);
  c.weights = random_parameters<A>(channels, 6);
  c.bias = random_parameters<A>(channels, 7);
  c.dweights.resize(channels);
  c.dbias.resize(channels);
  c.saved.resize(2 * shape.pixels());
  c.add = add;
  return c;
}

template <class A>
std::vector<A> run_layer_norm(const OperationCase<A>& c, std::vector<float>& saved) {
  std::vector<A> y(c.y.size());
  emulate(static_cast<unsigned>(c.out.pixels()), cuda::channel_threads, 0, [&] {
    cuda::layer_norm(c.x.data(), c.weights.data(), c.bias.data(), y.data(), saved.data(),
                     static_cast<int>(c.out.channels), kernels::layer_norm_epsilon);
  });
  return y;
}

template <class A>
std::vector<A> run_layer_norm_gradient(const OperationCase<A>& c, const std::vector<float>& saved) {
  std::vector<A> dx = c.dx;
  emulate(static_cast<unsigned>(c.out.pixels()), cuda::channel_threads, 0, [&] {
    cuda::layer_norm_gradient(c.x.data(), c.dy.data(), c.weights.data(), saved.data(), dx.data(),
                              static_cast<int>(c.out.channels), c.add);
  });
  return dx;
}

/// \param masked how many of 8 pixels are left out
template <class A>
OperationCase<A> attention_case(std::size_t rows, std::size_t columns, bool over_rows, std::size_t heads,
                                unsigned masked) {
  const std::size_t channels = heads * 3;
  const Shape out{2, rows, columns, channels};
  OperationCase<A> c(kernels::OperationKind::attention, {2, rows, columns, 3 * channels}, {2, rows, columns, 1}, out);
  c.operation.heads = heads;
  c.operation.over_rows = over_rows;
  std::minstd_rand generator(3);
  for (A& m : c.z) m = A(generator() / 64 % 8 < masked ? 0.0F : 1.0F);
  return c;
}

inline Extent3 attention_grid(const kernels::Operation& o, const Shape& s) {
  return {static_cast<unsigned>(s.images * (o.over_rows ? s.columns : s.rows)), static_cast<unsigned>(o.heads)};
}

/// \param too_few bytes of shared memory that are missing
template <class A>
std::vector<A> run_attention(const OperationCase<A>& c, std::size_t too_few = 0) {
  const cuda::SequenceSet s = cuda::sequences_of(c.operation, c.out);
  const std::size_t floats = cuda::attention_memory(s, false);
  std::vector<A> y(c.y.size());
  emulate(attention_grid(c.operation, c.out), cuda::attention_threads, floats * sizeof(float) - too_few,
          [&] { cuda::attention(s, c.x.data(), c.z.data(), y.data()); });
  return y;
}

template <class A>
std::vector<A> run_attention_gradient(const OperationCase<A>& c, std::size_t too_few = 0) {
  const cuda::SequenceSet s = cuda::sequences_of(c.operation, c.out);
  const std::size_t floats = cuda::attention_memory(s, true);
  std::vector<A> dx(c.dx.size());
  emulate(attention_grid(c.operation, c.out), cuda::attention_threads, floats * sizeof(float) - too_few,
          [&] { cuda::attention_gradient(s, c.x.data(), c.z.data(), c.dy.data(), dx.data()); });
  return dx;
}

inline std::size_t channels_of(kernels::LossKind kind) {
  return kind == kernels::LossKind::joint ? 7 : kind == kernels::LossKind::cross_entropy ? 4 : 1;
}

/// Outputs, and targets of which some have no weight, and no meaning then.
template <class A>
struct LossCase {
  kernels::Loss loss;
  Shape shape;
  std::vector<A> output;
  std::vector<float> targets;
  double weights = 0;

  LossCase(kernels::LossKind kind, bool any_weight) {
    loss.kind = kind;
    shape = {1, 9, 61, channels_of(kind)};
    output = random_values<A>(shape.size(), 8);
    std::minstd_rand generator(5);
    const auto uniform = [&] { return static_cast<float>(generator() % 1000) / 1000; };
    for (std::size_t p = 0; p < shape.pixels(); ++p) {
      const float weight = any_weight && generator() / 64 % 4 > 0 ? 0.5F : 0.0F;
      for (const float t : {weight > 0 ? 2 * uniform() : NAN, uniform() - 1, static_cast<float>(generator() / 64 % 4),
                            static_cast<float>(generator() / 64 % 2), weight})
        targets.push_back(t);
      weights += static_cast<double>(weight);
    }
  }
};

/// The gradient at the output, then the loss of each block.
template <class A>
std::vector<double> run_loss(const LossCase<A>& c, unsigned blocks) {
  std::vector<A> gradient(c.output.size());
  std::vector<double> partial(blocks);
  emulate(blocks, cuda::loss_threads, 0, [&] {
    cuda::loss(c.loss, c.output.data(), c.targets.data(), static_cast<long>(c.shape.pixels()),
               static_cast<int>(c.shape.channels), c.weights, gradient.data(), partial.data());
  });
  std::vector<double> all = doubles(gradient);
  all.insert(all.end(), partial.begin(), partial.end());
  return all;
}

}  // namespace an::test
