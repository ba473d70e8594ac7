// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

#include "app/score/score_item.hpp"
#include "app/score/score_plan.hpp"
#include "core/labels.hpp"

namespace an::app {

/// The reference's part of a field of view: for track 1 the labels of the VIPs only.
struct TruthFov {
  std::filesystem::path file;
  bool exists = true;
  LabelTable labels;
  std::vector<std::int64_t> vips;  ///< track 1 only
  std::vector<ScoreProblem> problems;

  /// Whether one of the problems stops the scoring.
  bool is_unusable() const { return std::ranges::any_of(problems, &ScoreProblem::fatal); }
};

/// A submission's part of a field of view.
struct SubmittedFov {
  std::filesystem::path file;
  bool exists = true;  ///< and can be read
  LabelTable labels;
  FovEvent event = FovEvent::none;
  std::vector<ScoreProblem> problems;  ///< the first one describes the file, where it does not exist
};

/// Reads the reference's labels (and VIP indices; and, to match by appearance, the trajectories' order in the CSV).
TruthFov read_truth_fov(const ScorePlan& plan, const FovPlace& place);

/// Reads a submission's labels and checks its VIPs against the reference's.
SubmittedFov read_submitted_fov(const ScorePlan& plan, const FovPlace& place, std::size_t submission,
                                const TruthFov& truth);

}  // namespace an::app
