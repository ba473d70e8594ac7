// SPDX-License-Identifier: MIT
#pragma once

#include "app/exit_code.hpp"
#include "app/items/progress.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// `paper`: simulates, infers and scores what the AnomalousNet paper's tables and figures stand on, each part in a
/// folder of its own, and writes `paper.json` and, from it alone, the tables and figures. Collective. \returns done,
/// some_items_failed where a part of the data could not be used, or stopped
ExitCode run_paper(const PaperOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress);

}  // namespace an::app
