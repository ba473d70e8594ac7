// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/error.hpp"

namespace an::app {

/// Checks a label file of one field of view before it is scored: every line's form and values, and that indices are 0,
/// 1, 2, … (the official scorer counts on from the last one). The message says what the scorer would do about each
/// defect. \param trajectories the CSV the labels belong to, if it is known: indices and lengths are compared with it
/// \param vips_only whether the file lists chosen trajectories only (track 1)
std::vector<InputProblem> check_label_file(const std::filesystem::path& labels,
                                           const std::optional<std::filesystem::path>& trajectories, bool vips_only);

/// Checks an ensemble file: its form, means within the challenge's bounds, variances and weights not negative.
std::vector<InputProblem> check_ensemble_file(const std::filesystem::path& ensemble);

}  // namespace an::app
