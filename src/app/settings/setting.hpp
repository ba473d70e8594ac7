// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/settings/config.hpp"

namespace an::app {

using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

/// One key of the configuration: everything that reading, checking, printing and explaining it needs.
struct Setting {
  std::string section, key;
  std::string help;                  ///< one line, no full stop
  std::string expected;              ///< `an integer from 0 to 100`, `official or paper`
  std::vector<std::string> choices;  ///< of a word; empty for other types
  std::function<SettingValue(const Config&)> value;
  /// Changes the configuration; false, and no change, when the value's type or range is not the expected one.
  std::function<bool(Config&, const SettingValue&)> assign;

  std::string name() const { return section + '.' + key; }
};

/// The setting of that name, `section.key`; null when there is none.
const Setting* find_setting(std::string_view name);

/// `score.rule: unknown key; did you mean score.rules?`.
std::string unknown_key_text(std::string_view name);

/// A value as TOML and messages show it: `true`, `12`, `0.95`, `"official"`.
std::string value_text(const SettingValue& value);

/// `score.rules is "offical" (expected official or paper; did you mean official?)`.
std::string mismatch_text(const Setting& setting, const SettingValue& found);

}  // namespace an::app
