// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "report/json_text.hpp"

namespace an::app {

/// Refuses to write over anything, unless it is an interrupted run of the same configuration and of this version of the
/// program that is to be resumed. A record that cannot be read is made anew where there is a ledger beside it, which
/// knows the configuration, too.
/// \param record file in the folder that holds the run's `config` \param what the folder holds, `a data set`
/// \throws ConfigError saying what is in the way
void claim_output(const std::filesystem::path& folder, const std::string& record, const report::Json& config,
                  bool resume, const std::string& what);

/// What a run's record begins with: its schema, whether the run is complete, the configuration, the program.
report::Json record_of(const report::Json& config, bool complete);

/// Writes the record of a run that has begun, as claim_output wants to find it. \throws OutputError
void write_begun_record(const std::filesystem::path& record, const report::Json& config);

}  // namespace an::app
