// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "evaluation/ensemble_metrics.hpp"

namespace an::app {

/// What is known of the field of view that a label file is about.
struct KnownFov {
  std::optional<std::filesystem::path> trajectories;  ///< CSV with which indices and lengths are compared
  bool vips_only = false;                             ///< only chosen trajectories are listed (track 1)
  std::optional<std::filesystem::path> vips;          ///< `vip_idx_fov_F.txt`, or a video whose first page shows them
};

/// Checks a label file of one field of view before it is scored: every line's form and values, and that indices are 0,
/// 1, 2, … (the official scorer counts on from the last one) or those of the VIPs. The message says what the scorer
/// would do about each defect.
std::vector<InputProblem> check_label_file(const std::filesystem::path& labels, const KnownFov& known);

/// Checks an ensemble file: its form, means within the challenge's bounds, variances and weights not negative, and
/// that the scorer finds a mass of alpha and K on its grids.
std::vector<InputProblem> check_ensemble_file(const std::filesystem::path& ensemble,
                                              evaluation::OfficialEnsembleScorer& scorer);

}  // namespace an::app
