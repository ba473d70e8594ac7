// SPDX-License-Identifier: MIT
#include "app/settings/config.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <variant>

#include "app/settings/declared_settings.hpp"
#include "app/settings/setting.hpp"
#include "core/error.hpp"

namespace an::app {

namespace {

/// The text as a value of the type of `like`; where it cannot be one, the text itself, which the setting then refuses.
SettingValue value_of(std::string_view text, const SettingValue& like) {
  const char* const end = text.data() + text.size();
  const auto number = [&](auto zero) {
    const auto result = std::from_chars(text.data(), end, zero);
    return result.ec == std::errc{} && result.ptr == end ? SettingValue(zero) : SettingValue(std::string(text));
  };
  if (std::holds_alternative<bool>(like) && (text == "true" || text == "false")) return text == "true";
  if (std::holds_alternative<std::int64_t>(like)) return number(std::int64_t{0});
  if (std::holds_alternative<double>(like)) return number(0.0);
  return std::string(text);
}

}  // namespace

void apply_setting(Config& config, std::string_view key, std::string_view value, const std::string& origin) {
  const Setting* setting = find_setting(key);
  if (setting == nullptr) throw ConfigError(origin + ": " + unknown_key_text(key));
  const SettingValue found = value_of(value, setting->value(config));
  if (!setting->assign(config, found)) throw ConfigError(origin + ": " + mismatch_text(*setting, found));
}

void apply_assignment(Config& config, std::string_view assignment) {
  const std::size_t sign = assignment.find('=');
  if (sign == std::string_view::npos)
    throw ConfigError(fmt::format("--set: {} has no '=' (expected section.key=value)", assignment));
  apply_setting(config, assignment.substr(0, sign), assignment.substr(sign + 1), "--set");
}

nlohmann::ordered_json config_json(const Config& config) {
  nlohmann::ordered_json json;
  for (const Setting& setting : settings())
    std::visit([&](const auto& value) { json[setting.section][setting.key] = value; }, setting.value(config));
  if (!config.experiments_toml.empty()) json["experiments"] = config.experiments_toml;
  return json;
}

}  // namespace an::app
