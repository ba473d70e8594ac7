// SPDX-License-Identifier: MIT
#include "network/attention_unet.hpp"

#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "core/random.hpp"
#include "network/memory_plan.hpp"

namespace an::network {

using kernels::Operation;
using kernels::OperationKind;
using kernels::Shape;

std::size_t Variable::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::size_t Network::parameters() const {
  std::size_t sum = 0;
  for (const Variable& v : variables) sum += v.size();
  return sum;
}

namespace {

constexpr std::size_t alignment = 16;  // numbers

// Adds layers to a plan; each returns the place of its value.
class NetworkBuilder {
 public:
  NetworkBuilder(const NetworkShape& shape, const Shape& input) {
    network_.shape = shape;
    network_.plan.input = add_value(input);
  }

  std::size_t convolution(std::size_t x, const std::string& name, std::size_t filters, std::size_t rows,
                          std::size_t columns, bool relu, std::size_t row_stride = 1, std::size_t column_stride = 1) {
    const Shape in = shape_of(x);
    Operation o = operation(OperationKind::convolution, name, {x});
    o.kernel_rows = rows;
    o.kernel_columns = columns;
    o.stride_rows = row_stride;
    o.stride_columns = column_stride;
    o.relu = relu;
    o.weights = add_parameter(name, "kernel", {rows, columns, in.channels, filters});
    o.bias = add_parameter(name, "bias", {filters});
    return add(o, {in.images, in.rows / row_stride, in.columns / column_stride, filters});
  }
  std::size_t enlarge(std::size_t x, const std::string& name, std::size_t filters) {
    const Shape in = shape_of(x);
    Operation o = pooled(OperationKind::transposed_convolution, name, {x});
    o.weights = add_parameter(name, "kernel", {o.kernel_rows, o.kernel_columns, filters, in.channels});
    o.bias = add_parameter(name, "bias", {filters});
    return add(o, {in.images, in.rows * o.kernel_rows, in.columns * o.kernel_columns, filters});
  }
  std::size_t batch_norm(std::size_t x, const std::string& name, bool relu) {
    const std::size_t channels = shape_of(x).channels;
    Operation o = operation(OperationKind::batch_norm, name, {x});
    o.relu = relu;
    add_scale(o, channels, 2 * channels);
    o.statistics = add_statistic(name, "moving_mean", channels);
    add_statistic(name, "moving_variance", channels);
    return add(o, shape_of(x));
  }
  std::size_t layer_norm(std::size_t x, const std::string& name) {
    Operation o = operation(OperationKind::layer_norm, name, {x});
    add_scale(o, shape_of(x).channels, 2 * shape_of(x).pixels());
    return add(o, shape_of(x));
  }
  std::size_t pool(std::size_t x, const std::string& name) {
    const Shape in = shape_of(x);
    const Operation o = pooled(OperationKind::max_pool, name, {x});
    if (in.rows % o.kernel_rows != 0 || in.columns % o.kernel_columns != 0)
      throw std::invalid_argument(name + ": " + std::to_string(in.rows) + " x " + std::to_string(in.columns) +
                                  " cannot be pooled by " + std::to_string(o.kernel_rows) + " x " +
                                  std::to_string(o.kernel_columns));
    return add(o, {in.images, in.rows / o.kernel_rows, in.columns / o.kernel_columns, in.channels});
  }
  std::size_t add_values(std::size_t a, std::size_t b, const std::string& name, bool relu) {
    Operation o = operation(OperationKind::add, name, {a, b});
    o.relu = relu;
    return add(o, shape_of(a));
  }
  std::size_t gate(std::size_t skip, std::size_t psi, const std::string& name) {
    return add(pooled(OperationKind::gate, name, {skip, psi}), shape_of(skip));
  }
  std::size_t concat(std::size_t a, std::size_t b, const std::string& name) {
    Shape out = shape_of(a);
    out.channels += shape_of(b).channels;
    return add(operation(OperationKind::concat, name, {a, b}), out);
  }
  std::size_t pick(std::size_t x, const std::string& name, std::size_t channel) {
    Operation o = operation(OperationKind::pick, name, {x});
    o.channel = channel;
    Shape out = shape_of(x);
    out.channels = 1;
    return add(o, out);
  }
  std::size_t attention(std::size_t projected, std::size_t mask, const std::string& name, bool over_rows) {
    Operation o = operation(OperationKind::attention, name, {projected, mask});
    o.heads = network_.shape.attention_heads;
    o.over_rows = over_rows;
    Shape out = shape_of(projected);
    out.channels /= 3;
    return add(o, out);
  }
  Shape shape_of(std::size_t value) const { return network_.plan.values[value].shape; }
  Network finish(std::size_t output, bool training) {
    network_.plan.output = output;
    lay_out_memory(network_.plan, training);
    return std::move(network_);
  }

 private:
  static Operation operation(OperationKind kind, const std::string& name, std::vector<std::size_t> inputs) {
    Operation o;
    o.kind = kind;
    o.name = name;
    o.inputs = std::move(inputs);
    return o;
  }
  Operation pooled(OperationKind kind, const std::string& name, std::vector<std::size_t> inputs) const {
    Operation o = operation(kind, name, std::move(inputs));
    o.kernel_rows = o.stride_rows = network_.shape.pool_rows;
    o.kernel_columns = o.stride_columns = network_.shape.pool_columns;
    return o;
  }
  std::size_t add_value(const Shape& shape) {
    network_.plan.values.push_back({shape});
    return network_.plan.values.size() - 1;
  }
  std::size_t add(Operation o, const Shape& out) {
    o.output = add_value(out);
    network_.plan.operations.push_back(std::move(o));
    return network_.plan.operations.back().output;
  }
  std::size_t add_parameter(const std::string& layer, const std::string& name, std::vector<std::uint64_t> shape) {
    network_.variables.push_back({layer, name, std::move(shape), network_.plan.parameters, true});
    // Every array begins where the widest loads of all back ends may.
    network_.plan.parameters += (network_.variables.back().size() + alignment - 1) / alignment * alignment;
    return network_.variables.back().place;
  }
  std::size_t add_statistic(const std::string& layer, const std::string& name, std::size_t size) {
    network_.variables.push_back({layer, name, {size}, network_.plan.statistics, false});
    network_.plan.statistics += size;
    return network_.variables.back().place;
  }
  void add_scale(Operation& o, std::size_t channels, std::size_t saved) {
    o.weights = add_parameter(o.name, "gamma", {channels});
    o.bias = add_parameter(o.name, "beta", {channels});
    o.saved = network_.plan.saved;
    network_.plan.saved += saved;
  }

  Network network_;
};

// Two convolutions with what follows them.
std::size_t conv_block(NetworkBuilder& b, const NetworkShape& s, std::size_t x, const std::string& name,
                       std::size_t filters) {
  for (const char* number : {"1", "2"}) {
    x = b.convolution(x, name + "_conv" + number, filters, s.kernel_rows, s.kernel_columns, !s.batch_norm);
    if (s.batch_norm) x = b.batch_norm(x, name + "_bn" + number, true);
  }
  return x;
}

// The skip, closed where the coarser level finds nothing (Oktay et al., 2018, figure 2).
std::size_t attention_gate(NetworkBuilder& b, const NetworkShape& s, std::size_t skip, std::size_t coarse,
                           const std::string& name) {
  const std::size_t filters = b.shape_of(skip).channels;
  const std::size_t inside = std::max<std::size_t>(1, filters / s.inter_divisor);
  const std::size_t theta =
      b.convolution(skip, name + "_theta", inside, s.pool_rows, s.pool_columns, false, s.pool_rows, s.pool_columns);
  const std::size_t phi = b.convolution(coarse, name + "_phi", inside, 1, 1, false);
  const std::size_t sum = b.add_values(theta, phi, name + "_add", true);
  const std::size_t psi = b.convolution(sum, name + "_psi", 1, 1, 1, false);
  std::size_t y = b.gate(skip, psi, name + "_multiply");
  if (s.gate_output_conv) {
    y = b.convolution(y, name + "_w", filters, 1, 1, false);
    if (s.batch_norm) y = b.batch_norm(y, name + "_w_bn", false);
  }
  return y;
}

// Attention and a two-layer perceptron, each added to what came in, norms first (Vaswani et al., 2017).
std::size_t attention_layer(NetworkBuilder& b, std::size_t x, std::size_t mask, const std::string& name,
                            bool over_rows) {
  const std::size_t channels = b.shape_of(x).channels;
  std::size_t y = b.layer_norm(x, name + "_norm1");
  y = b.convolution(y, name + "_qkv", 3 * channels, 1, 1, false);
  y = b.attention(y, mask, name + "_attention", over_rows);
  y = b.convolution(y, name + "_out", channels, 1, 1, false);
  x = b.add_values(x, y, name + "_add1", false);
  y = b.layer_norm(x, name + "_norm2");
  y = b.convolution(y, name + "_mlp1", 2 * channels, 1, 1, true);
  y = b.convolution(y, name + "_mlp2", channels, 1, 1, false);
  return b.add_values(x, y, name + "_add2", false);
}

std::size_t attention_blocks(NetworkBuilder& b, const NetworkShape& s, std::size_t x, std::size_t input) {
  if (s.attention_blocks == 0) return x;
  std::size_t mask = b.pick(input, "mask", s.mask_channel);
  for (std::size_t level = 1; level <= s.filters.size(); ++level)
    mask = b.pool(mask, "mask_pool" + std::to_string(level));
  for (std::size_t i = 1; i <= s.attention_blocks; ++i) {
    const std::string name = "bottom_block" + std::to_string(i);
    x = attention_layer(b, x, mask, name + "_frames", false);
    x = attention_layer(b, x, mask, name + "_particles", true);
  }
  return x;
}

}  // namespace

Network make_network(const NetworkShape& s, std::size_t images, std::size_t rows, std::size_t columns, bool training) {
  NetworkBuilder b(s, {images, rows, columns, s.input_channels});
  const std::size_t input = 0;
  std::size_t x = input;
  std::vector<std::size_t> skips;
  for (std::size_t level = 0; level < s.filters.size(); ++level) {
    const std::string name = "enc" + std::to_string(level + 1);
    x = conv_block(b, s, x, name, s.filters[level]);
    skips.push_back(x);
    x = b.pool(x, name + "_pool");
  }
  x = conv_block(b, s, x, "bottom", s.bottom);
  x = attention_blocks(b, s, x, input);
  for (std::size_t level = s.filters.size(); level-- > 0;) {
    const std::string number = std::to_string(level + 1);
    const std::size_t gated = attention_gate(b, s, skips[level], x, "gate" + number);
    const std::size_t up = b.enlarge(x, "dec" + number + "_up", s.filters[level]);
    x = conv_block(b, s, b.concat(up, gated, "dec" + number + "_concat"), "dec" + number, s.filters[level]);
  }
  return b.finish(b.convolution(x, "head", kernels::output_channels(s.task), 1, 1, false), training);
}

double multiplications(const kernels::Plan& plan, const Operation& o) {
  const double in = static_cast<double>(plan.values[o.inputs[0]].shape.channels);
  const double out = static_cast<double>(plan.values[o.output].shape.size());
  if (o.kind == OperationKind::convolution) return in * out * static_cast<double>(o.kernel_rows * o.kernel_columns);
  return o.kind == OperationKind::transposed_convolution ? in * out : 0;
}

double multiplications(const kernels::Plan& plan) {
  return std::accumulate(plan.operations.begin(), plan.operations.end(), 0.0,
                         [&](double sum, const Operation& o) { return sum + multiplications(plan, o); });
}

Weights initial_weights(const Network& network, std::uint64_t seed) {
  Weights weights{std::vector<float>(network.plan.parameters), std::vector<float>(network.plan.statistics)};
  for (std::size_t i = 0; i < network.variables.size(); ++i) {
    const Variable& v = network.variables[i];
    float* values = (v.trainable ? weights.parameters : weights.statistics).data() + v.place;
    if (v.name == "gamma" || v.name == "moving_variance") std::fill_n(values, v.size(), 1.0F);
    if (v.name != "kernel") continue;
    const double area = static_cast<double>(v.shape[0] * v.shape[1]);
    const double bound = std::sqrt(6 / (area * static_cast<double>(v.shape[2] + v.shape[3])));
    Random random({seed, static_cast<std::uint32_t>(i), 0, 0, RandomStream::weights});
    for (std::size_t k = 0; k < v.size(); ++k) values[k] = static_cast<float>(bound * (2 * random.uniform() - 1));
  }
  return weights;
}

}  // namespace an::network
