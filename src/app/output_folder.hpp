// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "report/json_text.hpp"

namespace an::app {

/// Refuses to write over anything, unless it is an interrupted run of the same configuration that is to be resumed.
/// \param record file in the folder that holds the run's `config` \param what the folder holds, `a data set`
/// \throws ConfigError saying what is in the way
void claim_output(const std::filesystem::path& folder, const std::string& record, const report::Json& config,
                  bool resume, const std::string& what);

}  // namespace an::app
