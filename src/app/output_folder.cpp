// SPDX-License-Identifier: MIT
#include "app/output_folder.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/text_file.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

// Whether there is nothing but the beginning of a record, from a run that was killed while writing it.
bool is_unused(const fs::path& folder, const std::string& record) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != record + ".part") return false;
  return true;
}

}  // namespace

void claim_output(const fs::path& folder, const std::string& record, const Json& config, bool resume,
                  const std::string& what) {
  if (!fs::exists(folder) || is_unused(folder, record)) return;
  if (!fs::exists(folder / record))
    throw ConfigError(fmt::format("--output: {} is not empty (expected a new or empty folder)", folder.string()));
  if (!resume)
    throw ConfigError(
        fmt::format("--output: {} holds {} already (--resume finishes an interrupted one)", folder.string(), what));
  const Json found = Json::parse(io::read_text_file(folder / record), nullptr, false);
  if (found.is_discarded() || !found.contains("config") || found["config"] != config)
    throw ConfigError(
        fmt::format("--resume: {} was begun with another configuration; see its {}", folder.string(), record));
}

}  // namespace an::app
