// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace an::app {

/// `anomalousnet 0.1.0 (git 1ce19eb…)`.
std::string version_text();

/// What this program is and runs on, for `summary.json` and `info`: name, version, git, compiler, compiler_flags,
/// build_type, libraries (name: version), back_ends (name: built or not built), cpu_simd.
nlohmann::ordered_json program_info();

}  // namespace an::app
