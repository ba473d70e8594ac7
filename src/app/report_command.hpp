// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "app/command_line.hpp"
#include "app/exit_code.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Writes `report.html` into a folder of `run` or `score`, from the files of numbers there: `summary.json` and
/// `results.h5` (scores), `submission/details` or `details` (models, one field of view).
/// \return the page's path
/// \throws InputError where the folder holds none of them, or one is damaged
std::filesystem::path write_report(const std::filesystem::path& results);

/// Collective; the root alone works.
ExitCode run_report(const ReportOptions& options, const Config& config, const parallel::Communicator& world);

}  // namespace an::app
