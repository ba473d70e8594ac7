// SPDX-License-Identifier: MIT
#include "kernels/onednn/linear_layer.hpp"

#include "kernels/plan_executor.hpp"

namespace an::kernels::onednn {

using dnnl::memory;

void Workspace::reserve(std::size_t bytes) {
  if (bytes <= bytes_) return;
  bytes_ = bytes;
  scratch_ = memory({{static_cast<memory::dim>(bytes)}, memory::data_type::u8, memory::format_tag::a}, engine);
}

namespace {

memory::dim number(std::size_t n) { return static_cast<memory::dim>(n); }

memory::desc image(const Shape& s, memory::data_type type) {
  return {{number(s.images), number(s.channels), number(s.rows), number(s.columns)}, type, memory::format_tag::nhwc};
}

// Kernels lie as (rows, columns, in, out), those of transposed convolutions as (rows, columns, out, in).
memory::desc given_weights(const memory::dims& size, bool transposed) {
  const memory::dim out = size[0], in = size[1], taps = out * in;
  return {size, memory::data_type::f32,
          transposed ? memory::dims{in, 1, size[3] * taps, taps} : memory::dims{1, out, size[3] * taps, taps}};
}

memory::dim padding_after(std::size_t in, std::size_t out, std::size_t kernel, std::size_t stride) {
  return number((out - 1) * stride + kernel) - number(in) - number(padding_before(in, out, kernel, stride));
}

}  // namespace

LinearLayer::LinearLayer(Workspace& workspace, const Operation& o, const Shape& in, const Shape& out,
                         memory::data_type type, const Directions& directions)
    : workspace_(workspace) {
  const bool transposed = o.kind == OperationKind::transposed_convolution;
  joined_.size = {number(out.channels), number(in.channels), number(o.kernel_rows), number(o.kernel_columns)};
  given_ = given_weights(joined_.size, transposed);
  joined_.input = image(in, type);
  joined_.output = image(out, type);
  joined_.weights = memory::desc(joined_.size, type, memory::format_tag::any);
  joined_.bias = memory::desc({number(out.channels)}, memory::data_type::f32, memory::format_tag::a);
  joined_.strides = {number(o.stride_rows), number(o.stride_columns)};
  if (transposed) {
    joined_.padding_before = joined_.padding_after = {0, 0};
    checked([&] {
      make_steps<dnnl::deconvolution_forward, dnnl::deconvolution_backward_data, dnnl::deconvolution_backward_weights>(
          false, dnnl::algorithm::deconvolution_direct, directions);
    });
    return;
  }
  if (o.kernel_rows * o.kernel_columns * o.stride_rows * o.stride_columns == 1) pixels_ = number(in.pixels());
  joined_.padding_before = {number(padding_before(in.rows, out.rows, o.kernel_rows, o.stride_rows)),
                            number(padding_before(in.columns, out.columns, o.kernel_columns, o.stride_columns))};
  joined_.padding_after = {padding_after(in.rows, out.rows, o.kernel_rows, o.stride_rows),
                           padding_after(in.columns, out.columns, o.kernel_columns, o.stride_columns)};
  checked([&] {
    make_steps<dnnl::convolution_forward, dnnl::convolution_backward_data, dnnl::convolution_backward_weights>(
        o.relu, dnnl::algorithm::convolution_direct, directions);
  });
}

template <class Forward, class BackwardData, class BackwardWeights>
void LinearLayer::make_steps(bool relu, dnnl::algorithm algorithm, const Directions& directions) {
  const dnnl::engine& engine = workspace_.engine;
  dnnl::primitive_attr plain, fused;
  plain.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  fused.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops after;
  if (relu) append_relu(after);
  fused.set_post_ops(after);
  const bool training = directions.data || directions.weights;
  const dnnl::prop_kind kind = training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  const auto forward = describe_forward<Forward>(engine, kind, algorithm, joined_, fused);
  if (directions.forward) {
    fill<Forward>(forward_, forward);
    add(forward_, DNNL_ARG_SRC, joined_.input, false);
    add(forward_, DNNL_ARG_WEIGHTS, forward.weights_desc(), true);
    add(forward_, DNNL_ARG_BIAS, joined_.bias, false);
    add(forward_, DNNL_ARG_DST, joined_.output, false);
    add_reorder(forward_, given_);
  }
  if (directions.data && is_product()) {
    make_product_step(plain);
  } else if (directions.data) {
    const auto data = describe_backward<BackwardData>(engine, algorithm, joined_, forward, plain);
    fill<BackwardData>(data_, data);
    add(data_, DNNL_ARG_DIFF_DST, joined_.output, false);
    add(data_, DNNL_ARG_WEIGHTS, data.weights_desc(), true);
    add(data_, DNNL_ARG_DIFF_SRC, joined_.input, false);
    add_reorder(data_, given_);
  }
  if (!directions.weights) return;
  Joined gradients = joined_;  // sums of weights' gradients stay in float32
  gradients.weights = memory::desc(joined_.size, memory::data_type::f32, memory::format_tag::any);
  const auto weights = describe_backward<BackwardWeights>(engine, algorithm, gradients, forward, plain);
  fill<BackwardWeights>(weights_, weights);
  add(weights_, DNNL_ARG_SRC, joined_.input, false);
  add(weights_, DNNL_ARG_DIFF_DST, joined_.output, false);
  add(weights_, DNNL_ARG_DIFF_WEIGHTS, weights.diff_weights_desc(), true);
  weights_.given = memory(given_, engine, nullptr);
  weights_.reorder = dnnl::reorder(weights_.arguments.at(DNNL_ARG_DIFF_WEIGHTS), weights_.given);
}

// oneDNN 2.6.3's bfloat16 kernel for the gradient of the input of a 1x1 convolution, which it takes where there are no
// tiles (AMX), is wrong at some sizes of images (30, 59, 60, 89 ... pixels) where the number of outputs is odd.
bool LinearLayer::is_product() const {
  return pixels_ > 0 && joined_.input.data_type() == memory::data_type::bf16 && joined_.size[0] % 2 == 1;
}

void LinearLayer::make_product_step(const dnnl::primitive_attr& attributes) {
  const memory::dim out = joined_.size[0], in = joined_.size[1];
  const memory::data_type type = joined_.input.data_type();
  const auto product = describe_product(workspace_.engine, {{pixels_, out}, type, memory::format_tag::ab},
                                        {{out, in}, type, memory::format_tag::any},
                                        {{pixels_, in}, type, memory::format_tag::ab}, attributes);
  fill<dnnl::matmul>(data_, product);
  data_from_ = DNNL_ARG_SRC;
  data_to_ = DNNL_ARG_DST;
  add(data_, data_from_, product.src_desc(), false);
  add(data_, DNNL_ARG_WEIGHTS, product.weights_desc(), true);
  add(data_, data_to_, product.dst_desc(), false);
  add_reorder(data_, {{out, in}, memory::data_type::f32, memory::dims{1, out}});
}

void LinearLayer::add_reorder(Step& step, const memory::desc& given) const {
  step.given = memory(given, workspace_.engine, nullptr);
  step.reorder = dnnl::reorder(step.given, step.arguments.at(DNNL_ARG_WEIGHTS));
}

template <class Primitive, class Description>
void LinearLayer::fill(Step& step, const Description& description) const {
  step.primitive = Primitive(description);
  add(step, DNNL_ARG_SCRATCHPAD, description.scratchpad_desc(), false);
  workspace_.reserve(description.scratchpad_desc().get_size());
}

void LinearLayer::add(Step& step, int argument, const memory::desc& description, bool own) const {
  step.arguments.emplace(
      argument, own ? memory(description, workspace_.engine) : memory(description, workspace_.engine, nullptr));
}

void LinearLayer::point(Step& step, int argument, const void* data) {
  step.arguments.at(argument).set_data_handle(const_cast<void*>(data));
}

void LinearLayer::parameters_changed() { forward_.packed = data_.packed = false; }

void LinearLayer::pack(Step& step, const float* weights) {
  if (step.packed) return;
  checked([&] {
    step.given.set_data_handle(const_cast<float*>(weights));
    step.reorder.execute(workspace_.stream,
                         {{DNNL_ARG_FROM, step.given}, {DNNL_ARG_TO, step.arguments.at(DNNL_ARG_WEIGHTS)}});
  });
  step.packed = true;
}

void LinearLayer::run(Step& step) {
  checked([&] {
    point(step, DNNL_ARG_SCRATCHPAD, workspace_.scratch());
    step.primitive.execute(workspace_.stream, step.arguments);
    workspace_.stream.wait();
  });
}

void LinearLayer::forward(const void* x, const float* weights, const float* bias, void* y) {
  pack(forward_, weights);
  point(forward_, DNNL_ARG_SRC, x);
  point(forward_, DNNL_ARG_BIAS, bias);
  point(forward_, DNNL_ARG_DST, y);
  run(forward_);
}

void LinearLayer::backward_data(const void* dy, const float* weights, void* dx) {
  pack(data_, weights);
  point(data_, data_from_, dy);
  point(data_, data_to_, dx);
  run(data_);
}

void LinearLayer::backward_weights(const void* x, const void* dy, float* dweights) {
  point(weights_, DNNL_ARG_SRC, x);
  point(weights_, DNNL_ARG_DIFF_DST, dy);
  run(weights_);
  checked([&] {
    weights_.given.set_data_handle(dweights);
    weights_.reorder.execute(workspace_.stream, {{DNNL_ARG_FROM, weights_.arguments.at(DNNL_ARG_DIFF_WEIGHTS)},
                                                 {DNNL_ARG_TO, weights_.given}});
    workspace_.stream.wait();
  });
}

}  // namespace an::kernels::onednn
