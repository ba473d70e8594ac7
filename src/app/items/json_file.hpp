// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>

#include "core/error.hpp"
#include "io/text_file.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// Reads a file of JSON and gives what `use` makes of it.
/// \throws InputError where the file cannot be read, or is not as `use` expects
template <class Use>
auto use_json(const std::filesystem::path& path, const Use& use) {
  const std::string text = io::read_text_file(path);
  try {
    return use(report::parse_json(text));
  } catch (const report::Json::exception& error) {
    throw InputError(path, fmt::format("is not what this program wrote there ({})", error.what()));
  } catch (const report::UnexpectedJson& error) {
    throw InputError(path, fmt::format("is not what this program wrote there ({})", error.what()));
  }
}

}  // namespace an::app
