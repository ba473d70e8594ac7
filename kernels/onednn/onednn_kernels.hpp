// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include "kernels/bf16.hpp"
#include "kernels/onednn/aligned_memory.hpp"
#include "kernels/onednn/attention.hpp"
#include "kernels/onednn/gate.hpp"
#include "kernels/onednn/linear_layer.hpp"
#include "kernels/onednn/normalisation.hpp"
#include "kernels/onednn/pixel_loops.hpp"
#include "kernels/onednn/single_output.hpp"
#include "kernels/onednn/spread.hpp"
#include "kernels/onednn/spread_gradient.hpp"
#include "kernels/onednn/threads.hpp"
#include "kernels/onednn/tile_gradient.hpp"
#include "kernels/onednn/tile_product.hpp"
#include "kernels/onednn/winograd.hpp"
#include "kernels/onednn/winograd_gradient.hpp"
#include "kernels/reference/shaping.hpp"
#include "kernels/reference/training.hpp"

namespace an::kernels::onednn {

/// The back end on oneDNN: activations in float or Bf16, channels last. Where our own kernels are faster than the
/// library's (3x3 convolutions with many channels) they are used.
template <class A>
class OneDnnKernels {
 public:
  using Activation = A;
  using Number = float;
  using C = Call<A, float>;
  static constexpr bool runs_behind = false;

  explicit OneDnnKernels(const Plan& plan) : layers_(plan.operations.size()) {
    const int threads = set_threads();
    std::size_t added = 0, gates = 0, scratch = 0, sequences = 0;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const Operation& o = plan.operations[i];
      const Shape& in = plan.values[o.inputs[0]].shape;
      if (o.kind == OperationKind::gate) gates = std::max(gates, gate_scratch(plan.values[o.inputs[1]].shape));
      if (o.kind == OperationKind::attention)
        sequences = std::max(sequences, sizeof(float) * attention_scratch(o, plan.values[o.output].shape));
      if (o.kind != OperationKind::convolution && o.kind != OperationKind::transposed_convolution) continue;
      scratch = std::max(scratch, make_layer(layers_[i], plan, o));
      if (plan.training && o.adds_gradient.at(0)) added = std::max(added, in.size());
    }
    added_ = allocate<A>(added);
    sigmoids_ = allocate<float>(gates);
    for (int i = 0; i < threads; ++i) {
      scratch_.emplace_back(scratch);
      sequences_.emplace_back(sequences);
    }
  }

  template <class T>
  T* allocate(std::size_t count) {
    memory_.emplace_back(count * sizeof(T));
    return memory_.back().template as<T>();
  }
  template <class T>
  static void upload(std::span<const float> from, T* to) {
    convert(from.data(), from.size(), to);
  }
  template <class T>
  static void download(const T* from, std::span<float> to) {
    convert(from, to.size(), to.data());
  }
  void parameters_changed(const float*, std::size_t) {
    for (const Layer& layer : layers_) {
      if (layer.library) layer.library->parameters_changed();
      if (layer.forward) layer.forward->parameters_changed();
      if (layer.data) layer.data->parameters_changed();
    }
  }
  void wait() {}

  void convolution(const C& c) {
    const Layer& layer = layers_[c.index];
    if (!layer.forward) return layer.library->forward(c.x, c.weights, c.bias, c.y);
    layer.forward->run(c.x, c.weights, {.bias = c.bias, .relu = c.operation.relu}, c.y, scratch_);
  }
  void convolution_backward(const C& c) {
    const Layer& layer = layers_[c.index];
    const A* closed = c.operation.relu ? c.y : nullptr;
    if (layer.weights) {
      layer.weights->run(c.x, c.dy, closed, c.dweights, c.dbias, scratch_);
    } else {
      bias_gradient(c.out, c.dy, closed, c.dbias);
      layer.library->backward_weights(c.x, c.dy, c.dweights);
    }
    if (c.dx == nullptr) return;
    if (layer.data) return layer.data->run(c.dy, c.weights, {.add = c.add_dx}, c.dx, scratch_);
    layer.library->backward_data(c.dy, c.weights, c.add_dx ? added_ : c.dx);
    if (c.add_dx) add_values(added_, c.dx, c.in.size());
  }
  void transposed_convolution(const C& c) { convolution(c); }
  void transposed_convolution_backward(const C& c) { convolution_backward(c); }
  void batch_norm(const C& c, Mode mode) { onednn::batch_norm(c, mode, sums_); }
  void batch_norm_backward(const C& c) { onednn::batch_norm_backward(c, sums_); }
  void layer_norm(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::layer_norm(c, first, end); });
  }
  void layer_norm_backward(const C& c) { onednn::layer_norm_backward(c); }
  void max_pool(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::max_pool(c, first, end); });
  }
  void max_pool_backward(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::max_pool_backward(c, first, end); });
  }
  void add(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::add(c, first, end); });
  }
  void add_backward(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::add_backward(c, first, end); });
  }
  void gate(const C& c) {
    sigmoid(c.z, sigmoids_, c.other.size());
    for_each_part(c.out.images * c.out.rows, 1,
                  [&](std::size_t first, std::size_t end) { gate_rows(c, sigmoids_, first, end); });
  }
  void gate_backward(const C& c) {
    sigmoid(c.z, sigmoids_, c.other.size());
    float* gradients = sigmoids_ + c.other.size();
    std::fill_n(gradients, c.other.size(), 0.0F);
    for_each_part(c.out.images, 1, [&](std::size_t first, std::size_t end) {
      gate_backward_images(c, sigmoids_, gradients, first, end);
    });
  }
  void concat(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::concat(c, first, end); });
  }
  void concat_backward(const C& c) {
    for_pixels(c, [&](std::size_t first, std::size_t end) { onednn::concat_backward(c, first, end); });
  }
  void pick(const C& c) { reference::pick(c); }
  void attention(const C& c) {
    for_sequences(c, [&](std::size_t sequence, float* scratch) { attend(c, sequence, scratch); });
  }
  void attention_backward(const C& c) {
    for_sequences(c, [&](std::size_t sequence, float* scratch) { attend_backward(c, sequence, scratch); });
  }
  double loss(const Loss& loss, const Shape& shape, const A* output, const float* targets, double weights,
              A* gradient) {
    return reference::loss(loss, shape, output, targets, weights, gradient);
  }
  void adam(const AdamStep& step, std::size_t count, const float* gradients, float* first, float* second,
            float* parameters) {
    onednn::adam(step, count, gradients, first, second, parameters);
  }

 private:
  // A convolution or transposed convolution: the library's, or ours for what we have one for.
  struct Layer {
    std::unique_ptr<LinearLayer> library;
    std::unique_ptr<Product<A>> forward, data;
    std::unique_ptr<WeightsGradient<A>> weights;
  };

  // Returns the scratch bytes that our kernels need for each thread.
  std::size_t make_layer(Layer& layer, const Plan& plan, const Operation& o) {
    constexpr auto type = std::is_same_v<A, float> ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
    const Shape &in = plan.values[o.inputs[0]].shape, &out = plan.values[o.output].shape;
    const bool wants_data = plan.training && o.wants_gradient.at(0);
    layer.forward = outputs_of(o, in, out);
    if (wants_data) layer.data = input_gradient_of(o, in, out);
    if (plan.training) layer.weights = weights_gradient_of(o, in, out);
    const Directions library{!layer.forward, wants_data && !layer.data, plan.training && !layer.weights};
    if (library.forward || library.data || library.weights)
      layer.library = std::make_unique<LinearLayer>(workspace_, o, in, out, type, library);
    const auto bytes = [](const auto& kernel) { return kernel ? kernel->scratch_bytes() : 0; };
    return std::max({bytes(layer.forward), bytes(layer.data), bytes(layer.weights)});
  }

  // Our kernels, or null where none suits.
  static std::unique_ptr<Product<A>> outputs_of(const Operation& o, const Shape& in, const Shape& out) {
    const bool transposed = o.kind == OperationKind::transposed_convolution;
    if (has_single_output(o, in, out)) return std::make_unique<SingleOutput<A>>(in, false);
    if (auto tiles = tiles_for(o, transposed ? Meeting::spread : Meeting::gather, in, out)) return tiles;
    if (transposed && Spread<A>::suits(o, in, out)) return std::make_unique<Spread<A>>(o, in, out);
    if (Winograd<A>::suits(o, in, out)) return std::make_unique<Winograd<A>>(in, out.channels, false);
    return nullptr;
  }
  static std::unique_ptr<Product<A>> input_gradient_of(const Operation& o, const Shape& in, const Shape& out) {
    const bool transposed = o.kind == OperationKind::transposed_convolution;
    if (has_single_output(o, in, out)) return std::make_unique<SingleOutput<A>>(in, true);
    if (auto tiles = tiles_for(o, transposed ? Meeting::gather : Meeting::flipped, out, in)) return tiles;
    if (auto tiles = transposed ? nullptr : tiles_for(o, Meeting::spread, out, in)) return tiles;
    if (!transposed && Spread<A>::suits(o, out, in)) return std::make_unique<Spread<A>>(o, out, in);
    if (Winograd<A>::suits(o, in, out)) return std::make_unique<Winograd<A>>(out, in.channels, true);
    return nullptr;
  }
  static std::unique_ptr<WeightsGradient<A>> weights_gradient_of(const Operation& o, const Shape& in,
                                                                 const Shape& out) {
    if (has_single_output(o, in, out)) return std::make_unique<SingleOutputGradient<A>>(in);
    if constexpr (std::is_same_v<A, Bf16>)
      if (TileGradient::suits(o, in, out)) return std::make_unique<TileGradient>(o, in, out);
    const bool transposed = o.kind == OperationKind::transposed_convolution;
    const Shape &coarse = transposed ? in : out, &fine = transposed ? out : in;
    if (SpreadGradient<A>::suits(o, coarse, fine)) return std::make_unique<SpreadGradient<A>>(o, coarse, fine);
    if (Winograd<A>::suits(o, in, out)) return std::make_unique<WinogradGradient<A>>(in, out.channels);
    return nullptr;
  }
  static std::unique_ptr<Product<A>> tiles_for(const Operation& o, Meeting meeting, const Shape& from,
                                               const Shape& to) {
    if constexpr (std::is_same_v<A, Bf16>)
      if (TileProduct::suits(o, meeting, from, to)) return std::make_unique<TileProduct>(o, meeting, from, to);
    return nullptr;
  }

  template <class Work>
  void for_sequences(const C& c, const Work& work) const {
    for_each_part(attention_sequences(c.operation, c.out), 1, [&](std::size_t first, std::size_t end) {
      for (std::size_t i = first; i < end; ++i) work(i, sequences_[thread_number()].template as<float>());
    });
  }
  template <class Loop>
  static void for_pixels(const C& c, const Loop& loop) {
    for_each_part(c.out.pixels(), 16, loop);
  }

  Workspace workspace_;
  std::vector<Layer> layers_;  // by operation
  std::vector<AlignedMemory> memory_;
  std::vector<AlignedMemory> scratch_;    // of our kernels, for each thread
  std::vector<AlignedMemory> sequences_;  // of attention, likewise
  std::vector<double> sums_;              // of a norm
  A* added_ = nullptr;                    // a gradient that is then added to another
  float* sigmoids_ = nullptr;             // of a gate, and their gradients
};

}  // namespace an::kernels::onednn
