// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "parallel/communicator.hpp"

namespace an::app {

/// `anomalousnet 0.1.0 (git 1ce19eb…)`, of this program or another one.
std::string version_text();
std::string version_text(std::string_view version, std::string_view git);

/// A commit as people write it, its first 12 digits, and whether files were modified; outside git, of the hash of
/// the sources.
std::string short_commit(std::string_view git);

/// What this program is and runs on, for `summary.json` and `info`: name, version, git, compiler, compiler_flags,
/// build_type, libraries (name: version), back_ends (name: built or not built), cpu_simd.
nlohmann::ordered_json program_info();

/// `run` of a record: ranks, the nodes they are on, threads of each (those that networks may use), seconds by stage;
/// and how many items an earlier run had done, where there were any: the seconds are those of the others.
nlohmann::ordered_json run_info(const parallel::Communicator& world, const nlohmann::ordered_json& seconds,
                                std::size_t done_before = 0);

}  // namespace an::app
