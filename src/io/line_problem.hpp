// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace an::io {

/// Something wrong in a text file. `line` and `column` (in bytes) count from 1; 0 means "the whole file" or "the whole
/// line".
struct LineProblem {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string what;      ///< what was found and what is expected
  std::string official;  ///< the exception of the official scorer there; empty where it goes on silently
  bool fatal = true;     ///< whether the official scorer cannot use the file
  double index = std::numeric_limits<double>::quiet_NaN();  ///< of a label line: its trajectory, if it can be told
};

/// Collects problems up to a limit, then counts, so that a large file of another kind cannot fill the memory.
class ProblemList {
 public:
  static constexpr std::size_t limit = 10000;

  void add(LineProblem problem);
  bool empty() const { return problems_.empty(); }
  /// The problems found; a last one tells how many more there are, if there are.
  std::vector<LineProblem> take();

 private:
  std::vector<LineProblem> problems_;
  std::size_t left_out_ = 0;
  bool fatal_left_out_ = false;
};

/// The same problems as those of a file.
std::vector<InputProblem> problems_of_file(const std::filesystem::path& file, const std::vector<LineProblem>& problems);

}  // namespace an::io
