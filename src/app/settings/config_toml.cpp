// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "app/settings/config.hpp"
#include "app/settings/declared_settings.hpp"
#include "app/settings/experiment_toml.hpp"
#include "app/settings/nearest_name.hpp"
#include "app/settings/setting.hpp"
#include "core/error.hpp"

namespace an::app {

namespace {

using Problem = ConfigProblem;

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const Setting& setting : settings())
    if (names.empty() || names.back() != setting.section) names.push_back(setting.section);
  return names;
}

std::optional<SettingValue> value_of(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* text = node.as_string()) return text->get();
  return std::nullopt;
}

std::string type_name(const toml::node& node) {
  std::ostringstream name;
  name << node.type();
  return name.str();
}

/// Applies one key of a section; what is wrong with it, or nothing.
std::optional<Problem> apply_key(Config& config, const std::string& name, const toml::key& key,
                                 const toml::node& node) {
  const Setting* setting = find_setting(name);
  if (setting == nullptr) return Problem{key.source().begin, unknown_key_text(name)};
  const std::optional<SettingValue> value = value_of(node);
  if (!value)
    return Problem{node.source().begin,
                   fmt::format("{} is of TOML's type {} (expected {})", name, type_name(node), setting->expected)};
  if (setting->assign(config, *value)) return std::nullopt;
  return Problem{node.source().begin, mismatch_text(*setting, *value)};
}

std::optional<Problem> check_section(const std::string& name, const toml::key& key, const toml::node& node) {
  const std::vector<std::string> sections = section_names();
  if (std::find(sections.begin(), sections.end(), name) != sections.end()) {
    if (node.is_table()) return std::nullopt;
    return Problem{node.source().begin,
                   fmt::format("{} is of TOML's type {} (expected a section, [{}])", name, type_name(node), name)};
  }
  const std::string nearest = nearest_name(name, sections);
  return Problem{key.source().begin,
                 nearest.empty() ? fmt::format("{}: unknown section (there are {})", name, fmt::join(sections, ", "))
                                 : fmt::format("{}: unknown section; did you mean [{}]?", name, nearest)};
}

std::vector<Problem> apply_table(Config& config, const toml::table& table,
                                 const std::vector<std::string>& assignments) {
  std::vector<Problem> problems;
  for (const auto& [section_key, section] : table) {
    const std::string section_name(section_key.str());
    if (section_name == "experiment") continue;  // needs the sections
    if (auto problem = check_section(section_name, section_key, section)) {
      problems.push_back(std::move(*problem));
      continue;
    }
    for (const auto& [key, node] : *section.as_table())
      if (auto problem = apply_key(config, fmt::format("{}.{}", section_name, key.str()), key, node))
        problems.push_back(std::move(*problem));
  }
  for (const std::string& assignment : assignments) apply_assignment(config, assignment);
  if (const toml::node* node = table.get("experiment"); node != nullptr) {
    config.experiments.clear();
    read_experiments(*node, config.side_in_box(), config.experiments, problems);
    std::ostringstream text;
    if (const toml::array* tables = node->as_array()) text << toml::table{{"experiment", *tables}};
    config.experiments_toml = text.str();
  }
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  return problems;
}

std::string located(const std::string& file, const toml::source_position& place, std::string_view what) {
  return fmt::format("{}:{}:{}: {}", file, place.line, place.column, what);
}

toml::table parsed(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw ConfigError(located(file, error.source().begin, error.description()));
  }
}

void apply_checked(Config& config, const toml::table& table, const std::string& file,
                   const std::vector<std::string>& assignments) {
  Config changed = config;
  const std::vector<Problem> problems = apply_table(changed, table, assignments);
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(located(file, problem.place, problem.what));
  if (!lines.empty()) throw ConfigError(fmt::format("{}", fmt::join(lines, "\n")));
  config = changed;
}

}  // namespace

void apply_toml(Config& config, std::string_view text, const std::string& file,
                const std::vector<std::string>& assignments) {
  apply_checked(config, parsed(text, file), file, assignments);
}

void apply_section_toml(Config& config, const std::string& section, std::string_view text, const std::string& file) {
  const toml::table table = parsed(text, file);
  const bool named = std::any_of(table.begin(), table.end(), [](const auto& entry) { return entry.second.is_table(); });
  apply_checked(config, named ? table : toml::table{{section, table}}, file, {});
}

std::string config_toml(const Config& config) {
  std::string out = "# Configuration of anomalousnet: anomalousnet SUBCOMMAND --config FILE\n";
  std::string section;
  for (const Setting& setting : settings()) {
    if (setting.section != section) out += fmt::format("\n[{}]\n", setting.section);
    section = setting.section;
    out += fmt::format("# {} ({}).\n{} = {}\n", setting.help, setting.expected, setting.key,
                       value_text(setting.value(config)));
  }
  if (!config.experiments_toml.empty()) out += fmt::format("\n{}\n", config.experiments_toml);
  return out;
}

}  // namespace an::app
