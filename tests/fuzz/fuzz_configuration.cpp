// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "app/settings/config.hpp"
#include "core/error.hpp"
#include "same_values.hpp"

// A text is refused with a ConfigError, or understood; then what is printed of it reads back as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  app::Config config;
  try {
    app::apply_toml(config, {reinterpret_cast<const char*>(data), size}, "input");
  } catch (const ConfigError&) {
    return 0;
  }
  app::Config again;
  app::apply_toml(again, app::config_toml(config), "printed");
  fuzz::require(app::config_json(again) == app::config_json(config));
  return 0;
}
