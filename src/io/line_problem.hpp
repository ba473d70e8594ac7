// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string>

namespace an::io {

/// What is wrong with a line of a file.
struct LineProblem {
  std::size_t line = 0;    ///< from 1; 0 for the whole file
  std::size_t column = 0;  ///< byte in the line, from 1; 0 for the whole line
  std::string what;        ///< what was found and what was expected
  std::string official;    ///< the exception the official scorer raises; empty where it goes on silently
  bool fatal = false;      ///< the official scorer stops
  double index = std::numeric_limits<double>::quiet_NaN();  ///< the line's trajectory, if it can be told
};

}  // namespace an::io
