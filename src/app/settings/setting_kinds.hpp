// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/settings/setting.hpp"
#include "core/error.hpp"

/// How the keys of a section are declared: a function a type of value. In all of them `member` gives the member of a
/// Config, const or not, that the setting stands for; the section's name is filled in where the section is known.
namespace an::app {

/// True or false.
template <class Member>
Setting flag(std::string key, std::string help, Member member) {
  return {{},
          std::move(key),
          std::move(help),
          "true or false",
          {},
          [member](const Config& config) { return SettingValue(member(config)); },
          [member](Config& config, const SettingValue& value) {
            const bool* found = std::get_if<bool>(&value);
            if (found != nullptr) member(config) = *found;
            return found != nullptr;
          }};
}

/// From `low` to `high`, both included.
struct IntegerRange {
  std::int64_t low, high;
};

/// A whole number; what is beyond the range is refused.
template <class Member>
Setting integer(std::string key, std::string help, IntegerRange range, Member member) {
  using Integer = std::remove_cvref_t<decltype(member(std::declval<Config&>()))>;
  return {{},
          std::move(key),
          std::move(help),
          range.high == std::numeric_limits<std::int64_t>::max()
              ? fmt::format("an integer, at least {}", range.low)
              : fmt::format("an integer from {} to {}", range.low, range.high),
          {},
          [member](const Config& config) { return SettingValue(static_cast<std::int64_t>(member(config))); },
          [member, range](Config& config, const SettingValue& value) {
            const auto* found = std::get_if<std::int64_t>(&value);
            if (found == nullptr || *found < range.low || *found > range.high) return false;
            member(config) = static_cast<Integer>(*found);
            return true;
          }};
}

/// An open interval; with `from_low` and `to_high` its ends belong to it.
struct RealRange {
  double low, high;
  bool from_low = false, to_high = false;

  bool holds(double value) const {
    return (value > low || (from_low && value == low)) && (value < high || (to_high && value == high));
  }
};

/// A number, whole or not; what is beyond the range is refused.
template <class Member>
Setting real(std::string key, std::string help, RealRange range, Member member) {
  return {{},
          std::move(key),
          std::move(help),
          fmt::format("a number {} {} and {} {}", range.from_low ? "from" : "above", range.low,
                      range.to_high ? "at most" : "below", range.high),
          {},
          [member](const Config& config) { return SettingValue(member(config)); },
          [member, range](Config& config, const SettingValue& value) {
            double found = std::numeric_limits<double>::quiet_NaN();
            if (const auto* number = std::get_if<double>(&value)) found = *number;
            if (const auto* number = std::get_if<std::int64_t>(&value)) found = static_cast<double>(*number);
            if (!range.holds(found)) return false;
            member(config) = found;
            return true;
          }};
}

/// Some whole numbers, from 1 to so many of them, as a text: `16-32`.
template <class Member>
Setting numbers(std::string key, std::string help, std::size_t most, IntegerRange range, Member member) {
  return {{},
          std::move(key),
          std::move(help),
          fmt::format("1 to {} integers from {} to {} joined by -, e.g. \"16-32\"", most, range.low, range.high),
          {},
          [member](const Config& config) { return SettingValue(fmt::format("{}", fmt::join(member(config), "-"))); },
          [member, most, range](Config& config, const SettingValue& value) {
            std::vector<std::size_t> found;
            if (const auto* number = std::get_if<std::int64_t>(&value))
              found.push_back(static_cast<std::size_t>(std::max<std::int64_t>(0, *number)));
            if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !text->empty())
              for (const char c : '-' + *text) {
                if (c == '-')
                  found.push_back(0);
                else if (c >= '0' && c <= '9' && found.back() <= static_cast<std::size_t>(range.high))
                  found.back() = 10 * found.back() + static_cast<std::size_t>(c - '0');
                else
                  return false;
              }
            const auto is_in = [&](std::size_t n) {
              return n >= static_cast<std::size_t>(range.low) && n <= static_cast<std::size_t>(range.high);
            };
            if (found.empty() || found.size() > most || !std::ranges::all_of(found, is_in)) return false;
            member(config) = std::move(found);
            return true;
          }};
}

/// One of some words, each with what it means.
template <class Enum, class Member>
Setting choice(std::string key, std::string help, std::vector<std::pair<std::string, Enum>> choices, Member member) {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : choices) names.push_back(name);
  const std::string expected = fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
  return {{},
          std::move(key),
          std::move(help),
          expected,
          std::move(names),
          [member, choices](const Config& config) {
            const auto found = std::find_if(choices.begin(), choices.end(),
                                            [&](const auto& entry) { return entry.second == member(config); });
            AN_ASSERT(found != choices.end());
            return SettingValue(found->first);
          },
          [member, choices](Config& config, const SettingValue& value) {
            const auto found = std::find_if(choices.begin(), choices.end(),
                                            [&](const auto& entry) { return SettingValue(entry.first) == value; });
            if (found != choices.end()) member(config) = found->second;
            return found != choices.end();
          }};
}

}  // namespace an::app
