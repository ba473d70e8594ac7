// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "app/exit_code.hpp"
#include "app/settings/command_line.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Writes `report.html` and the tables of it (`tables/NAME.txt`, `.csv`, `.md`, `.tex`) from the files of numbers that
/// `run`, `score` or `predict` left in folders. \return the page's path
/// \throws InputError where a folder holds none of them, one is damaged, or `results.h5` is of another schema
std::filesystem::path write_report(const std::vector<std::filesystem::path>& results,
                                   const std::filesystem::path& output);

/// `report`. Collective; the root alone works.
ExitCode run_report(const ReportOptions& options, const Config& config, const parallel::Communicator& world);

}  // namespace an::app
