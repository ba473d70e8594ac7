// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/train/checkpoint.hpp"

namespace an::app {

/// `, alpha 0.1, JSC 0.8`: what is known of a validation besides its loss.
std::string errors_text(const LearningPoint& point);

/// Writes `learning_curve.csv` and `learning_curve.svg` into a folder.
void write_learning_curve(const std::filesystem::path& folder, const std::vector<LearningPoint>& curve);

}  // namespace an::app
