// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Collective: scores submissions against a reference and writes the results into the output folder.
/// \return done, also where a task got the challenge's penalties; some_items_failed where one of several submissions
/// has no scores, or one has none of the reference's tracks \throws InputError for data that cannot be scored,
/// OutputError for results that cannot be written
ExitCode run_score(const ScoreOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress);

}  // namespace an::app
