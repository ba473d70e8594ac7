// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "report/scaling.hpp"

namespace an::app {

/// Writes `scaling.txt`, `.md` and `.csv`, and `strong.svg` and `weak.svg` where there are such tables.
/// \param heading what was run, below the title \returns the text
std::string write_scaling_tables(const std::filesystem::path& output, const std::string& heading,
                                 std::span<const report::ScalingTable> tables);

}  // namespace an::app
