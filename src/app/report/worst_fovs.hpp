// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"
#include "report/figures.hpp"

namespace an::app {

/// The fields of view of which least was right, for pictures: the worst ones of different experiments of each track
/// (none that is all right), with the true positions and the true and predicted segments of their worst trajectories.
inline constexpr const char* worst_fovs_name = "worst_fovs.json";

/// A field of view, drawn by truth and by prediction.
struct WorstFov {
  int track, experiment;
  std::size_t fov;
  double jsc_cp, mae_alpha, msle_k, f1_state;
  std::vector<report::DrawnTrajectory> truth, prediction;
};

/// Writes `worst_fovs.json` of a submission; of fields of view whose reference has no readable, moderate CSV of
/// trajectories there is none. \throws OutputError
void write_worst_fovs(const std::filesystem::path& path, const ScorePlan& plan, const SubmissionScores& scores,
                      std::size_t submission);

/// \throws InputError where the file is missing or is not one that write_worst_fovs wrote
std::vector<WorstFov> read_worst_fovs(const std::filesystem::path& path);

}  // namespace an::app
