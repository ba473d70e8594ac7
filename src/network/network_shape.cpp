// SPDX-License-Identifier: MIT
#include "network/network_shape.hpp"

#include <stdexcept>

namespace an::network {

using kernels::LossKind;

namespace {

struct NamedShape {
  std::string name;
  NetworkShape shape;
};

std::vector<NamedShape> named_shapes() {
  NetworkShape large, state, small, wide;
  const NetworkShape joint = default_shape();
  large.bottom = 1024;
  state.filters = {64, 96, 128};
  state.bottom = 256;
  state.inter_divisor = 2;
  state.gate_output_conv = state.batch_norm = true;
  state.task = LossKind::cross_entropy;
  wide = joint;
  wide.filters = {64, 96, 128};
  wide.bottom = 192;
  wide.attention_blocks = 2;
  wide.attention_heads = 6;
  const auto with_task = [](NetworkShape shape, LossKind task) {
    shape.task = task;
    return shape;
  };
  large.filters = {128, 512};
  return {{"paper-alpha", with_task(large, LossKind::mae)},
          {"paper-k", with_task(large, LossKind::msle)},
          {"paper-state", state},
          {"small-alpha", with_task(small, LossKind::mae)},
          {"small-k", with_task(small, LossKind::msle)},
          {"small-state", with_task(small, LossKind::cross_entropy)},
          {"default", joint},
          {"default-wide", wide}};
}

std::size_t rounded_up_to_pools(std::size_t n, std::size_t pool, std::size_t levels) {
  constexpr std::size_t largest = 1U << 16U;
  std::size_t step = 1;
  for (std::size_t level = 0; level < levels; ++level) {
    step *= pool;
    if (step > largest)
      throw std::invalid_argument(std::to_string(levels) + " poolings of " + std::to_string(pool) +
                                  " (expected not more than " + std::to_string(largest) + " in all)");
  }
  return (n + step - 1) / step * step;
}

constexpr LossKind tasks[] = {LossKind::mae, LossKind::msle, LossKind::cross_entropy, LossKind::joint};

}  // namespace

ImageSize pooled_whole(const NetworkShape& shape, const ImageSize& least) {
  return {rounded_up_to_pools(least.rows, shape.pool_rows, shape.filters.size()),
          rounded_up_to_pools(least.columns, shape.pool_columns, shape.filters.size())};
}

ImageSize usual_image(const NetworkShape& shape) { return pooled_whole(shape, {64, 208}); }

NetworkShape default_shape() noexcept {
  NetworkShape s;
  s.filters = {32, 64, 96};
  s.bottom = 128;
  s.batch_norm = true;
  s.task = LossKind::joint;
  s.kernel_rows = s.pool_rows = 1;
  s.kernel_columns = 5;
  s.input_channels = 16;
  s.attention_blocks = 1;
  s.mask_channel = 11;
  return s;
}

std::string_view task_name(LossKind task) {
  switch (task) {
    case LossKind::mae:
      return "mae";
    case LossKind::msle:
      return "msle";
    case LossKind::cross_entropy:
      return "cce";
    case LossKind::joint:
      return "joint";
  }
  return "";
}

LossKind task_of_name(std::string_view name) {
  for (const LossKind task : tasks)
    if (name == task_name(task)) return task;
  throw std::invalid_argument("no task `" + std::string(name) + "` (mae, msle, cce, joint)");
}

NetworkShape shape_of_name(std::string_view name) {
  std::string known;
  for (const NamedShape& s : named_shapes()) {
    if (s.name == name) return s.shape;
    known += (known.empty() ? "" : ", ") + s.name;
  }
  throw std::invalid_argument("no network `" + std::string(name) + "` (" + known + ")");
}

std::vector<std::string> shape_names() {
  std::vector<std::string> names;
  for (const NamedShape& s : named_shapes()) names.push_back(s.name);
  return names;
}

}  // namespace an::network
