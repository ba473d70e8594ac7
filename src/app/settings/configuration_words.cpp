// SPDX-License-Identifier: MIT
#include "app/settings/configuration_words.hpp"

#include <fmt/format.h>

#include "app/settings/declared_settings.hpp"
#include "app/settings/package_parameters.hpp"
#include "app/settings/setting.hpp"

namespace an::app {

namespace {

// `--faithful`, and `--set`, which is stronger.
std::vector<std::string> all_assignments(const ConfigurationWords& words) {
  std::vector<std::string> all;
  if (words.faithful)
    for (const Setting& setting : settings())
      if (setting.section == "faithful") all.push_back(fmt::format("{}={}", setting.name(), *words.faithful));
  all.insert(all.end(), words.assignments.begin(), words.assignments.end());
  return all;
}

// One experiment from JSON; in the echo of the configuration it is a comment.
void use_parameters(Config& config, const std::string& text, const std::string& file) {
  PackageParameters parameters = read_package_parameters(text, file, config.side_in_box());
  config.experiments = {std::move(parameters.spec)};
  if (parameters.frames) config.simulate.frames = static_cast<std::int64_t>(*parameters.frames);
  config.experiments_toml = "# --params ";
  for (const char c : text) {
    config.experiments_toml += c;
    if (c == '\n') config.experiments_toml += "# ";
  }
}

}  // namespace

Config configuration_of(const ConfigurationWords& words, const ReadConfigText& read_config_text) {
  Config config;
  const std::vector<std::string> assignments = all_assignments(words);
  const auto assign = [&] {
    for (const std::string& assignment : assignments) apply_assignment(config, assignment);
  };
  // Experiments have to go with what --faithful and --set ask for, which are stronger than all files.
  if (!words.config_file.empty())
    apply_toml(config, read_config_text("--config", words.config_file), words.config_file, assignments);
  else
    assign();
  if (!words.tracking_file.empty())
    apply_section_toml(config, "tracking", read_config_text("--parameters", words.tracking_file), words.tracking_file);
  if (!words.params_file.empty())
    use_parameters(config, read_config_text("--params", words.params_file), words.params_file);
  assign();
  for (const GivenSetting& given : words.settings) apply_setting(config, given.key, given.value, given.option);
  if (words.verbose) config.run.verbosity = 1;
  if (words.quiet) config.run.verbosity = -1;
  config.run.max_seconds = words.max_seconds;
  return config;
}

}  // namespace an::app
