// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "io/line_problem.hpp"

namespace an::io {

/// Rows of as many numbers each, one after another.
struct NumberTable {
  std::vector<double> values;
  std::vector<std::size_t> lines;  ///< 1-based line of the text a row stands on
  std::size_t columns = 0;

  std::size_t rows() const { return lines.size(); }
};

/// What separates values on a line.
enum class Delimiter { semicolon, white_space };

/// Reads numbers as `numpy.loadtxt` (1.26) does: passes over `skipped_lines` lines, whatever they hold, then over
/// comments (from
/// `#` on) and lines with nothing else. Every line that loadtxt would refuse is added to `problems`, and is not in the
/// table.
NumberTable parse_number_table(std::string_view text, std::size_t skipped_lines, Delimiter delimiter,
                               ProblemList& problems);

}  // namespace an::io
