// SPDX-License-Identifier: MIT
#include "app/settings/setting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/settings/declared_settings.hpp"
#include "app/settings/nearest_name.hpp"
#include "core/number_text.hpp"

namespace an::app {

const Setting* find_setting(std::string_view name) {
  const auto found =
      std::find_if(settings().begin(), settings().end(), [&](const Setting& s) { return s.name() == name; });
  return found == settings().end() ? nullptr : &*found;
}

std::string unknown_key_text(std::string_view name) {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) names.push_back(setting.name());
  const std::string nearest = nearest_name(name, names);
  return nearest.empty() ? fmt::format("{}: unknown key (there are {})", name, fmt::join(names, ", "))
                         : fmt::format("{}: unknown key; did you mean {}?", name, nearest);
}

std::string value_text(const SettingValue& value) {
  struct Text {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return shortest_text(number); }
    std::string operator()(const std::string& text) const {
      return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
  };
  return std::visit(Text{}, value);
}

std::string mismatch_text(const Setting& setting, const SettingValue& found) {
  const auto* word = std::get_if<std::string>(&found);
  const std::string nearest = word == nullptr ? "" : nearest_name(*word, setting.choices);
  const std::string advice = nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
  return fmt::format("{} is {} (expected {}{})", setting.name(), value_text(found), setting.expected, advice);
}

}  // namespace an::app
