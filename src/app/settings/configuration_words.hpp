// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"

namespace an::app {

/// A setting by an option with a name of its own.
struct GivenSetting {
  std::string option;  ///< as it is written: `--vip-map`
  std::string key;     ///< `tracking.vip_map`
  std::string value;
};

/// What a command line says about the configuration, as it was written.
struct ConfigurationWords {
  std::string config_file;               ///< `--config`
  std::vector<std::string> assignments;  ///< `--set`, in order
  std::optional<bool> faithful;          ///< all of [faithful] at once
  std::string tracking_file;             ///< `track --parameters`
  std::string params_file;               ///< `simulate --params`
  std::vector<GivenSetting> settings;    ///< options with a name of their own
  bool quiet = false;
  bool verbose = false;
  std::optional<double> max_seconds;
};

/// The configuration that they ask for, in the order of parse_command_line. \throws ConfigError as it does
Config configuration_of(const ConfigurationWords& words, const ReadConfigText& read_config_text);

}  // namespace an::app
