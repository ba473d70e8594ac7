// SPDX-License-Identifier: MIT
#include "app/train/weights_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "core/error.hpp"
#include "network/shape_of_layers.hpp"

namespace an::app {

using network::Network;
using network::NetworkShape;
using network::Variable;
using network::Weights;

namespace {

// A whole number; of layers and of channels no network has more.
std::size_t whole(const io::ArrayReader& file, const std::string& name, double value, double least) {
  const double most = name == "attention_blocks" ? 100 : 1e6;
  if (!(value >= least && value <= most && value == std::floor(value)))
    throw InputError(file.path(), fmt::format("attribute {} is {} (expected a whole number from {} to {})", name, value,
                                              least, most));
  return static_cast<std::size_t>(value);
}

// A shape's numbers that have defaults, as attributes.
struct SizeAttribute {
  const char* name;
  std::size_t NetworkShape::*member;
  double least;
};
constexpr SizeAttribute size_attributes[] = {
    {"inter_divisor", &NetworkShape::inter_divisor, 1},       {"kernel_rows", &NetworkShape::kernel_rows, 1},
    {"kernel_columns", &NetworkShape::kernel_columns, 1},     {"pool_rows", &NetworkShape::pool_rows, 1},
    {"pool_columns", &NetworkShape::pool_columns, 1},         {"input_channels", &NetworkShape::input_channels, 1},
    {"attention_blocks", &NetworkShape::attention_blocks, 0}, {"attention_heads", &NetworkShape::attention_heads, 1},
    {"mask_channel", &NetworkShape::mask_channel, 0}};
constexpr std::pair<const char*, bool NetworkShape::*> flag_attributes[] = {
    {"gate_output_conv", &NetworkShape::gate_output_conv}, {"batch_norm", &NetworkShape::batch_norm}};

class Attributes {
 public:
  explicit Attributes(const io::ArrayReader& file) : file_(file) {}
  std::size_t size(const std::string& name, std::size_t otherwise, double least = 1) const {
    const auto found = file_.numbers("/", name);
    if (!found) return otherwise;
    if (found->size() != 1) throw InputError(file_.path(), fmt::format("attribute {}: not one number", name));
    return whole(file_, name, found->front(), least);
  }
  std::size_t required(const std::string& name) const {
    if (!file_.numbers("/", name)) throw InputError(file_.path(), fmt::format("attribute {} is missing", name));
    return size(name, 0);
  }
  std::vector<std::size_t> sizes(const std::string& name) const {
    const auto found = file_.numbers("/", name);
    if (!found || found->empty() || found->size() > 10)
      throw InputError(file_.path(), fmt::format("attribute {} is missing or not 1 to 10 numbers", name));
    std::vector<std::size_t> out;
    for (const double value : *found) out.push_back(whole(file_, name, value, 1));
    return out;
  }

 private:
  const io::ArrayReader& file_;
};

// Refuses a file that lacks an array, or has one of another shape, before memory is taken for all.
void check_shape(const io::ArrayReader& file, const std::string& name, const Variable& v) {
  if (const auto found = file.shape(name); found != v.shape)
    throw InputError(file.path(), fmt::format("{}: shape {} (expected {})", name, found, v.shape));
}

// Copies an array to its place, all numbers being finite.
void take(const io::ArrayReader& file, const std::string& name, const Variable& v, Weights& weights) {
  const std::vector<float> values = file.floats(name, v.shape);
  for (const float value : values) {
    if (!std::isfinite(value)) throw InputError(file.path(), fmt::format("{} holds a number that is not finite", name));
    if (v.name == "moving_variance" && value < 0)
      throw InputError(file.path(), fmt::format("{} holds a variance below 0", name));
  }
  std::copy(values.begin(), values.end(),
            (v.trainable ? weights.parameters : weights.statistics).begin() + static_cast<std::ptrdiff_t>(v.place));
}

// Keras' name for the group of each layer, by the layer's own name.
std::map<std::string, std::string> keras_groups(const io::ArrayReader& file) {
  std::map<std::string, std::string> group_of;
  for (const std::string& group : file.children("/layers"))
    if (const std::string vars = fmt::format("/layers/{}/vars", group); file.has(vars))
      if (const auto name = file.text(vars, "name")) group_of[*name] = group;
  return group_of;
}

// The default of what attributes need not tell: what arrays tell, if they are those of a network.
NetworkShape shape_by_default(const io::ArrayReader& file) {
  if (!file.has("/layers")) return {};
  network::LayerArrays arrays;
  for (const std::string& layer : file.children("/layers"))
    for (const char* array : {"kernel", "gamma"})
      if (const std::string name = fmt::format("/layers/{}/{}", layer, array); file.has(name))
        arrays[layer] = file.shape(name);
  try {
    return network::shape_of_layers(arrays);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

Weights empty_weights(const Network& network) {
  return {std::vector<float>(network.plan.parameters), std::vector<float>(network.plan.statistics)};
}

// The weights whose arrays have these names; of trainable variables alone where the others have none.
template <class Name>
Weights read_named(const io::ArrayReader& file, const Network& network, const Name& name_of) {
  for (const Variable& v : network.variables)
    if (const std::string name = name_of(v); !name.empty()) check_shape(file, name, v);
  Weights weights = empty_weights(network);
  weights.file = file.path();
  for (const Variable& v : network.variables)
    if (const std::string name = name_of(v); !name.empty()) take(file, name, v, weights);
  return weights;
}

}  // namespace

NetworkShape read_shape(const io::ArrayReader& file) {
  const Attributes attributes(file);
  if (const std::size_t version = attributes.size("version", weights_version); version != weights_version)
    throw InputError(file.path(), fmt::format("weights of version {} (expected {})", version, weights_version));
  NetworkShape s = shape_by_default(file);
  s.filters = attributes.sizes("filters");
  s.bottom = attributes.required("bottom");
  for (const SizeAttribute& a : size_attributes) s.*a.member = attributes.size(a.name, s.*a.member, a.least);
  for (const auto& [name, member] : flag_attributes) s.*member = attributes.size(name, s.*member ? 1 : 0, 0) != 0;
  if (const auto scale = file.numbers("/", "scale")) {
    s.scale = scale->size() == 1 ? static_cast<float>(scale->front()) : 0.0F;
    if (!(s.scale > 0 && std::isnormal(s.scale)))
      throw InputError(file.path(), "attribute scale: not a number above 0 (in single precision)");
  }
  const auto task = file.text("/", "task");
  if (!task) throw InputError(file.path(), "attribute task is missing");
  try {
    s.task = network::task_of_name(*task);
  } catch (const std::invalid_argument& error) {
    throw InputError(file.path(), std::string("attribute task: ") + error.what());
  }
  if (s.attention_blocks > 0)
    for (const char* name : {"attention_heads", "mask_channel"}) attributes.required(name);
  if (s.attention_blocks > 0 && s.bottom % s.attention_heads != 0)
    throw InputError(file.path(), "attribute attention_heads does not divide bottom");
  if (s.attention_blocks > 0 && s.mask_channel >= s.input_channels)
    throw InputError(file.path(), "attribute mask_channel is not below input_channels");
  return s;
}

NetworkShape read_keras_shape(const io::ArrayReader& file) {
  network::LayerArrays arrays;
  for (const auto& [layer, group] : keras_groups(file))
    if (const std::string first = fmt::format("/layers/{}/vars/0", group); file.has(first))
      arrays[layer] = file.shape(first);
  try {
    const NetworkShape shape = network::shape_of_layers(arrays);
    if (shape.attention_blocks > 0)
      throw InputError(file.path(),
                       "attention, whose heads and mask arrays do not tell (expected --shape or --weights)");
    return shape;
  } catch (const std::invalid_argument& error) {
    throw InputError(file.path(), fmt::format("{} (expected what Keras saved of an Attention U-Net)", error.what()));
  }
}

Network network_of(const io::ArrayReader& file, const NetworkShape& shape, std::size_t images, std::size_t rows,
                   std::size_t columns, bool training) {
  try {
    return make_network(shape, images, rows, columns, training);
  } catch (const std::invalid_argument& error) {
    throw InputError(file.path(), error.what());
  }
}

Weights read_weights(const io::ArrayReader& file, const Network& network, const std::string& prefix) {
  return read_named(file, network, [&](const Variable& v) { return fmt::format("{}/{}/{}", prefix, v.layer, v.name); });
}

Weights read_keras_weights(const io::ArrayReader& file, const Network& network) {
  const std::map<std::string, std::string> group_of = keras_groups(file);
  const std::map<std::string, int> order{{"kernel", 0}, {"bias", 1},        {"gamma", 0},
                                         {"beta", 1},   {"moving_mean", 2}, {"moving_variance", 3}};
  return read_named(file, network, [&](const Variable& v) {
    const auto group = group_of.find(v.layer);
    if (group == group_of.end()) throw InputError(file.path(), fmt::format("no layer named {}", v.layer));
    return fmt::format("/layers/{}/vars/{}", group->second, order.at(v.name));
  });
}

std::vector<float> read_trainable(const io::ArrayReader& file, const std::string& prefix, const Network& network) {
  const auto name = [&](const Variable& v) {
    return v.trainable ? fmt::format("{}/{}/{}", prefix, v.layer, v.name) : std::string();
  };
  return read_named(file, network, name).parameters;
}

void add_variables(io::ArrayFile& file, const std::string& prefix, const Network& network,
                   std::span<const float> parameters, std::span<const float> statistics, bool half) {
  file.add_group(prefix);
  std::set<std::string> layers;
  for (const Variable& v : network.variables) {
    if (!v.trainable && statistics.empty()) continue;
    if (layers.insert(v.layer).second) file.add_group(fmt::format("{}/{}", prefix, v.layer));
    io::ArrayStorage storage;
    storage.half = half && v.name == "kernel";
    file.add(fmt::format("{}/{}/{}", prefix, v.layer, v.name),
             (v.trainable ? parameters : statistics).subspan(v.place, v.size()), v.shape, storage);
  }
}

void write_weights(const std::filesystem::path& path, const Network& network, const Weights& weights, bool half,
                   const std::vector<std::pair<std::string, std::string>>& record) {
  const NetworkShape& s = network.shape;
  io::ArrayFile file(path);
  const auto number = [&](const std::string& name, double value) {
    file.set_attribute(name, std::span<const double>(&value, 1));
  };
  const std::vector<double> filters(s.filters.begin(), s.filters.end());
  file.set_attribute("filters", filters);
  number("version", weights_version);
  number("bottom", static_cast<double>(s.bottom));
  for (const SizeAttribute& a : size_attributes) number(a.name, static_cast<double>(s.*a.member));
  for (const auto& [name, member] : flag_attributes) number(name, s.*member ? 1 : 0);
  number("parameters", static_cast<double>(network.parameters()));
  number("scale", static_cast<double>(s.scale));
  file.set_attribute("task", std::string(network::task_name(s.task)));
  for (const auto& [name, text] : record) file.set_attribute(name, text);
  add_variables(file, "/layers", network, weights.parameters, weights.statistics, half);
  file.commit();
}

}  // namespace an::app
