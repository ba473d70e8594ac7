// SPDX-License-Identifier: MIT
#include "app/settings/config_source.hpp"

#include <iostream>
#include <iterator>

#include "core/error.hpp"
#include "io/text_file.hpp"

namespace an::app {

std::string read_config_text(const std::string& option, const std::string& file, const parallel::Communicator& world) {
  std::string text, reason;
  if (world.is_root()) {
    try {
      text = file == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : io::read_text_file(file);
    } catch (const InputError& error) {
      reason = error.what();
    }
  }
  world.broadcast(reason);
  if (!reason.empty()) throw ConfigError(option + ": " + reason);
  world.broadcast(text);
  return text;
}

}  // namespace an::app
