// SPDX-License-Identifier: MIT
#include "network/shape_of_layers.hpp"

#include <algorithm>
#include <stdexcept>

namespace an::network {

namespace {

using kernels::LossKind;

// Rows, columns, and the two numbers of channels of a convolution's kernel.
const std::vector<std::uint64_t>& kernel_of(const LayerArrays& layers, const std::string& name) {
  constexpr std::uint64_t most = 1'000'000;  // of any of them
  const auto found = layers.find(name);
  if (found == layers.end()) throw std::invalid_argument("no layer named " + name);
  if (found->second.size() != 4 || std::ranges::any_of(found->second, [](auto n) { return n == 0 || n > most; }))
    throw std::invalid_argument("layer " + name + " has no kernel of rows x columns x channels x channels");
  return found->second;
}

// The channels inside of gates, which are the level's filters over a whole number.
std::size_t inter_divisor_of(const LayerArrays& layers, const std::vector<std::size_t>& filters) {
  std::vector<std::size_t> inside;
  for (std::size_t level = 1; level <= filters.size(); ++level)
    inside.push_back(kernel_of(layers, "gate" + std::to_string(level) + "_theta")[3]);
  for (std::size_t divisor = 1; divisor <= std::ranges::max(filters); ++divisor)
    if (std::ranges::equal(filters, inside, [&](std::size_t all, std::size_t some) {
          return std::max<std::size_t>(1, all / divisor) == some;
        }))
      return divisor;
  throw std::invalid_argument("the channels of gate1_theta and its like are not one share of the filters");
}

LossKind task_of_outputs(std::uint64_t outputs) {
  for (const LossKind task : {LossKind::mae, LossKind::cross_entropy, LossKind::joint})
    if (outputs == kernels::output_channels(task)) return task;
  throw std::invalid_argument("layer head has " + std::to_string(outputs) + " outputs (expected 1, 4 or " +
                              std::to_string(kernels::output_channels(LossKind::joint)) + ")");
}

}  // namespace

NetworkShape shape_of_layers(const LayerArrays& layers) {
  constexpr std::size_t most_levels = 10, most_blocks = 100;
  const auto has = [&](const std::string& name) { return layers.contains(name); };
  NetworkShape s;
  const auto& first = kernel_of(layers, "enc1_conv1");
  s.kernel_rows = first[0];
  s.kernel_columns = first[1];
  s.input_channels = first[2];
  s.filters.clear();
  for (std::size_t level = 1; level <= most_levels && has("enc" + std::to_string(level) + "_conv1"); ++level)
    s.filters.push_back(kernel_of(layers, "enc" + std::to_string(level) + "_conv1")[3]);
  s.bottom = kernel_of(layers, "bottom_conv1")[3];
  const auto& up = kernel_of(layers, "dec1_up");
  s.pool_rows = up[0];
  s.pool_columns = up[1];
  s.inter_divisor = inter_divisor_of(layers, s.filters);
  s.gate_output_conv = has("gate1_w");
  s.batch_norm = has("enc1_bn1");
  while (s.attention_blocks < most_blocks &&
         has("bottom_block" + std::to_string(s.attention_blocks + 1) + "_frames_qkv"))
    ++s.attention_blocks;
  s.task = task_of_outputs(kernel_of(layers, "head")[3]);
  return s;
}

}  // namespace an::network
