// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "app/train/checkpoint.hpp"

namespace an::app {

/// Writes `learning_curve.csv` and `learning_curve.svg` into a folder.
void write_learning_curve(const std::filesystem::path& folder, const std::vector<LearningPoint>& curve);

}  // namespace an::app
