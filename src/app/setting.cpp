// SPDX-License-Identifier: MIT
#include "app/setting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "app/nearest_name.hpp"
#include "core/error.hpp"
#include "core/number_text.hpp"

namespace an::app {

namespace {

// In the functions below `member` gives the member of a Config, const or not, that the setting stands for.

template <class Member>
Setting flag(std::string section, std::string key, std::string help, Member member) {
  return {std::move(section),
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

struct IntegerRange {
  std::int64_t low, high;
};

template <class Member>
Setting integer(std::string section, std::string key, std::string help, IntegerRange range, Member member) {
  using Integer = std::remove_cvref_t<decltype(member(std::declval<Config&>()))>;
  return {std::move(section),
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

/// An open interval.
struct RealRange {
  double low, high;
};

template <class Member>
Setting real(std::string section, std::string key, std::string help, RealRange range, Member member) {
  return {std::move(section),
          std::move(key),
          std::move(help),
          fmt::format("a number above {} and below {}", range.low, range.high),
          {},
          [member](const Config& config) { return SettingValue(member(config)); },
          [member, range](Config& config, const SettingValue& value) {
            double found = std::numeric_limits<double>::quiet_NaN();
            if (const auto* number = std::get_if<double>(&value)) found = *number;
            if (const auto* number = std::get_if<std::int64_t>(&value)) found = static_cast<double>(*number);
            if (!(found > range.low && found < range.high)) return false;
            member(config) = found;
            return true;
          }};
}

template <class Enum, class Member>
Setting choice(std::string section, std::string key, std::string help,
               std::vector<std::pair<std::string, Enum>> choices, Member member) {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : choices) names.push_back(name);
  const std::string expected = fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
  return {std::move(section),
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

#define AN_MEMBER(member) \
  [](auto& config) -> auto& { return config.member; }

std::vector<Setting> declared_settings() {
  using evaluation::Rules;
  constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();
  return {
      choice<Rules>("score", "rules", "Score as the official program does, quirks included, or by the paper's formulae",
                    {{"official", Rules::official}, {"paper", Rules::paper}}, AN_MEMBER(score.rules)),
      choice<Match>("score", "match",
                    "Reference rows belong to trajectories by index or by order of appearance in the CSV",
                    {{"index", Match::index}, {"appearance", Match::appearance}}, AN_MEMBER(score.match)),
      flag("score", "lenient", "Score what can be scored, and list what each defect costs, instead of stopping",
           AN_MEMBER(score.lenient)),
      integer("score", "bootstrap", "Resamples of fields of view for confidence intervals; 0 for none", {0, 1000000},
              AN_MEMBER(score.bootstrap)),
      real("score", "confidence", "Confidence of the intervals", {0, 1}, AN_MEMBER(score.confidence)),
      integer("score", "seed", "Seed of the resampling", {0, unbounded}, AN_MEMBER(score.seed)),
      integer("score", "problems", "Problems listed one by one in summary.json", {0, unbounded},
              AN_MEMBER(score.problems)),
      choice<ProgressMode>("run", "progress",
                           "Progress on stderr; auto is a bar on a terminal and a line every 30 s elsewhere",
                           {{"auto", ProgressMode::automatic},
                            {"bar", ProgressMode::bar},
                            {"lines", ProgressMode::lines},
                            {"off", ProgressMode::off}},
                           AN_MEMBER(run.progress)),
      integer("run", "verbosity", "Words on stderr: -1 errors only, 0 the usual, 1 and 2 more", {-1, 2},
              AN_MEMBER(run.verbosity)),
  };
}

#undef AN_MEMBER

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = declared_settings();
  return all;
}

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
