// SPDX-License-Identifier: MIT
#pragma once

#include <unordered_map>

#include "kernels/kernels.hpp"
#include "kernels/onednn/library.hpp"

namespace an::kernels::onednn {

/// Where primitives run, and memory that one at a time may use.
class Workspace {
 public:
  Workspace() : engine(dnnl::engine::kind::cpu, 0), stream(engine) {}
  /// Sees to it that scratch() has so many bytes.
  void reserve(std::size_t bytes);
  void* scratch() const { return bytes_ > 0 ? scratch_.get_data_handle() : nullptr; }

  dnnl::engine engine;
  dnnl::stream stream;

 private:
  dnnl::memory scratch_;
  std::size_t bytes_ = 0;
};

/// What a layer is asked for.
struct Directions {
  bool forward, data, weights;  ///< outputs, gradient of the input, gradients of the weights
};

/// A convolution or transposed convolution of a plan by oneDNN: its primitives, and its weights as they like them.
class LinearLayer {
 public:
  /// \param type of activations and of the weights multiplied with them
  LinearLayer(Workspace& workspace, const Operation& operation, const Shape& in, const Shape& out,
              dnnl::memory::data_type type, const Directions& directions);

  /// The weights are packed again at the next use.
  void parameters_changed();
  /// Convolution, bias, and ReLU where the operation has one.
  void forward(const void* x, const float* weights, const float* bias, void* y);
  void backward_data(const void* dy, const float* weights, void* dx);
  void backward_weights(const void* x, const void* dy, float* dweights);

 private:
  // A primitive with what it works on.
  struct Step {
    dnnl::primitive primitive;
    std::unordered_map<int, dnnl::memory> arguments;
    dnnl::memory given;       // weights as the plan has them, float32
    dnnl::primitive reorder;  // of the weights: before it, or of their gradient after it
    bool packed = false;
  };

  template <class Forward, class BackwardData, class BackwardWeights>
  void make_steps(bool relu, dnnl::algorithm algorithm, const Directions& directions);
  bool is_product() const;
  void make_product_step(const dnnl::primitive_attr& attributes);
  void add_reorder(Step& step, const dnnl::memory::desc& given) const;
  template <class Primitive, class Description>
  void fill(Step& step, const Description& description) const;
  void add(Step& step, int argument, const dnnl::memory::desc& description, bool own) const;
  static void point(Step& step, int argument, const void* data);
  void pack(Step& step, const float* weights);
  void run(Step& step);

  Workspace& workspace_;
  Joined joined_;                 // activations as they are, weights as the primitives choose
  dnnl::memory::desc given_;      // weights as the plan has them, float32
  dnnl::memory::dim pixels_ = 0;  // of a 1x1 convolution
  // Arguments of the gradient of the input.
  int data_from_ = DNNL_ARG_DIFF_DST, data_to_ = DNNL_ARG_DIFF_SRC;
  Step forward_, data_, weights_;
};

}  // namespace an::kernels::onednn
