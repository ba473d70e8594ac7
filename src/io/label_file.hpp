// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "io/line_problem.hpp"

namespace an::io {

/// The labels of a field of view and the lines that could not be used.
struct LabelFile {
  LabelTable table;
  std::vector<LineProblem> problems;
};

/// Reads label lines `index, K_1, alpha_1, state_1, CP_1, …, length` of a truth or submission file by the official scorer's rules:
/// Python's lines and `float()`; lines of 4n or 4n+1 values are kept, others are dropped (a problem, but not a fatal one); a value
/// that is no number is fatal. Never throws on content; every bad line is reported (up to 1000 of a file, then their number).
LabelFile parse_labels(std::string_view text);

/// parse_labels() of a file. \throws InputError where it cannot be read
LabelFile read_labels(const std::filesystem::path& path);

/// Label lines; indices, states and change points that are whole numbers are written as such, all else as the shortest text that
/// reads back to the same double.
std::string format_labels(const LabelTable& table);

}  // namespace an::io
