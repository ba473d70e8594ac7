// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "app/report/report_analysis.hpp"
#include "app/report/report_source.hpp"
#include "report/html_page.hpp"
#include "report/table.hpp"

namespace an::app {

/// The scores of a track by experiment, beside the AnomalousNet paper's where it has the experiment; bold where ours is
/// as good or better. Ends with the challenge's average (single-trajectory scores weighted by trajectories) and the
/// plain mean.
report::Table score_table(int track, const TrackRunScores& scores);

/// The averages of a track, each with the paper's where all of its experiments, and no others, are there.
std::vector<report::KeyNumber> average_numbers(int track, const TrackRunScores& scores);

/// Results by their mean reciprocal rank in a task of a track, with value and rank in each metric; no row without
/// scores.
report::Table leaderboard_table(int track, bool ensemble, const std::vector<ReportedResult>& results);

/// The inferred models of a track's experiments; no row where there is none. \throws InputError
report::Table model_table(int track, const std::filesystem::path& details);

/// \param name of the table \param what the classes are
report::Table detection_table(const std::string& name, const std::string& what,
                              const std::vector<DetectionClass>& classes);
report::Table coverage_table(int track, const Calibration& calibration);
report::Table seconds_table(const ReportedResult& result);
report::Table problem_table(const ReportedResult& result);

}  // namespace an::app
