// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

namespace an::io {

/// What Python's `float(text)` gives for UTF-8 text; empty where it raises ValueError (or the text is not UTF-8).
///
/// White space around, single underscores between digits, any Unicode decimal digits, `nan`, `inf` and `infinity` in
/// any case are accepted, hexadecimal numbers are not. Too large numbers are infinite, too small ones 0.
std::optional<double> parse_python_float(std::string_view text);

/// What `numpy.loadtxt` (1.26) gives for one field: as Python's float, without underscores and other than ASCII digits,
/// but with the separators U+001C to U+001F as white space.
std::optional<double> parse_numpy_float(std::string_view field);

/// Reads a plain decimal number (`12`, `-0.5`, `1e-05`) that ends before `end`, where `*end` need not be readable.
/// \returns the first character after it, or nullptr where the text is not so plain and one of the functions above must
/// decide
const char* scan_plain_number(const char* begin, const char* end, double& value);

}  // namespace an::io
