// SPDX-License-Identifier: MIT
#include "app/settings/command_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "core/error.hpp"
#include "network/network_shape.hpp"

namespace an::app {

namespace {

template <class Find>
auto found(const std::string& option, const Find& find) {
  try {
    return find();
  } catch (const std::invalid_argument& error) {
    throw ConfigError(fmt::format("{}: {}", option, error.what()));
  }
}

}  // namespace

double duration_of(const std::string& option, const std::string& text) {
  constexpr std::string_view units = "smhd";
  constexpr double of_unit[] = {1, 60, 3600, 86400};
  double seconds = 0, number = -1;
  bool understood = true;
  for (const char c : text) {
    const std::size_t unit = units.find(c);
    if (c >= '0' && c <= '9') {
      number = std::max(0.0, number) * 10 + (c - '0');
    } else if (unit != std::string_view::npos && number >= 0) {
      seconds += number * of_unit[unit];
      number = -1;
    } else {
      understood = false;
    }
  }
  if (!understood || !(seconds > 0) || number >= 0)
    throw ConfigError(fmt::format("{} is {} (expected a time, e.g. 3h50m or 90s)", option, text));
  return seconds;
}

NetworkOptions::Action network_action_of(const std::string& name) {
  using Action = NetworkOptions::Action;
  if (name == "forward") return Action::forward;
  if (name == "gradient") return Action::gradient;
  if (name == "info") return Action::info;
  if (name == "import") return Action::import_keras;
  throw ConfigError(fmt::format("network: ACTION is {} (expected forward, gradient, info or import)", name));
}

kernels::Backend backend_of(const std::string& option, const std::string& name) {
  return found(option, [&] { return kernels::backend_of_name(name); });
}

kernels::Precision precision_of(const std::string& option, const std::string& name) {
  return found(option, [&] { return kernels::precision_of_name(name); });
}

kernels::LossKind task_of(const std::string& option, const std::string& name) {
  return found(option, [&] { return network::task_of_name(name); });
}

}  // namespace an::app
