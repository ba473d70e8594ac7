// SPDX-License-Identifier: MIT
#include "app/settings/configuration_words.hpp"

#include "app/settings/package_parameters.hpp"

namespace an::app {

namespace {

simulation::Quirks quirks(bool on) { return {on, on, on, on, on, on, on, on, on}; }

// One experiment from JSON; in the echo of the configuration it is a comment.
void use_parameters(Config& config, const std::string& text, const std::string& file) {
  PackageParameters parameters = read_package_parameters(text, file, config.simulate.fov.side);
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
  const auto assign = [&] {
    for (const std::string& assignment : words.assignments) apply_assignment(config, assignment);
  };
  // Experiments have to go with what --set asks for, which is stronger than all files.
  if (!words.config_file.empty())
    apply_toml(config, read_config_text("--config", words.config_file), words.config_file, words.assignments);
  else
    assign();
  if (words.faithful) config.faithful = quirks(*words.faithful);
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
