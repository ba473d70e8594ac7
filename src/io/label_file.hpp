// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "io/line_problem.hpp"

namespace an::io {

/// The labels of a field of view as the official scorer reads them, and every line that it cannot read.
struct LabelFile {
  LabelTable table;                   ///< the good lines, in the order of the file
  std::vector<LineProblem> problems;  ///< in the order of the file; a line has at most one
};

/// Reads truth or submission labels, a trajectory a line: `index, K_1, alpha_1, state_1, CP_1, K_2, …, length`.
///
/// Lines end where Python's `splitlines` ends them, values are what Python's `float` takes. Never throws on bad
/// content: lines that are not numbers are fatal problems (the official scorer stops), lines of neither 4n nor 4n+1
/// values are not (the official scorer drops them silently).
LabelFile parse_labels(std::string_view text);

/// Reads a file of labels.
/// \throws InputError if the file cannot be read; what is wrong inside becomes `problems`
LabelFile read_labels(const std::filesystem::path& path);

/// The text of a label file: indices, states and change points that are whole are written without a decimal point,
/// everything else by shortest_text.
std::string format_labels(const LabelTable& table);

/// Writes format_labels(table), whole or not at all. \throws OutputError
void write_labels(const std::filesystem::path& path, const LabelTable& table);

}  // namespace an::io
