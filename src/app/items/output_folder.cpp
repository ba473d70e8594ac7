// SPDX-License-Identifier: MIT
#include "app/items/output_folder.hpp"

#include <fmt/format.h>

#include "app/items/run_ledger.hpp"
#include "app/program_info.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/text_file.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

// Whether there is nothing but the beginning of a record, from a run that was killed while writing it.
bool is_unused(const fs::path& folder, const std::string& record) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != io::part_of(record)) return false;
  return true;
}

// Discarded where there is none, or a damaged one.
Json record_in(const fs::path& file) {
  if (!fs::exists(file)) return Json::value_t::discarded;
  const std::string text = io::read_text_file(file);
  return report::nests_too_deep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
}

std::string version_in(const Json& record) {
  const auto text = [&](const char* place) -> std::string {
    const Json::json_pointer at(place);
    return record.contains(at) && record.at(at).is_string() ? record.at(at).get<std::string>() : "?";
  };
  return version_text(text("/program/version"), text("/program/git"));
}

}  // namespace

void claim_output(const fs::path& folder, const std::string& record, const Json& config, bool resume,
                  const std::string& what) {
  if (!fs::exists(folder) || is_unused(folder, record)) return;
  const bool has_ledger = fs::is_directory(folder / ledger_name);
  if (!fs::exists(folder / record) && !has_ledger)
    throw ConfigError(fmt::format("--output: {} is not empty (expected a new or empty folder)", folder.string()));
  if (!resume)
    throw ConfigError(
        fmt::format("--output: {} holds {} already (--resume finishes an interrupted one)", folder.string(), what));
  const Json found = record_in(folder / record);
  if (found.is_discarded() && has_ledger) return;
  if (!found.is_object() || !found.contains("config") || found["config"] != config)
    throw ConfigError(
        fmt::format("--resume: {} was begun with another configuration; see its {}", folder.string(), record));
  if (const std::string begun = version_in(found); begun != version_text())
    throw ConfigError(
        fmt::format("--resume: {} was begun by another version of the program, {} as its {} says; this is {} (go on "
                    "with that one, or use another folder)",
                    folder.string(), begun, record, version_text()));
}

Json record_of(const Json& config, bool complete) {
  return {{"schema", 1}, {"complete", complete}, {"config", config}, {"program", program_info()}};
}

void write_begun_record(const fs::path& record, const Json& config) {
  io::write_file_atomically(record, report::json_text(record_of(config, false)));
}

}  // namespace an::app
