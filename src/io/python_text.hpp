// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace an::io {

/// The number Python's `float(text)` gives, or nothing where that raises ValueError: white space around it is allowed, underscores
/// between digits, decimal digits of any script, `nan`, `inf` and `infinity` in any case with a sign; no hexadecimal.
/// \pre `text` is valid UTF-8
std::optional<double> parse_python_float(std::string_view text);

/// Byte offset of the first sequence that is not valid UTF-8 (as Python's strict decoder sees it), if there is one.
std::optional<std::size_t> invalid_utf8(std::string_view text);

/// Calls `line` for each line of a text as Python's `read().splitlines()` cuts a file opened in text mode: at \\n, \\r\\n, \\r, VT,
/// FF, FS, GS, RS, NEL, U+2028 and U+2029; a final line end starts no further line. \pre `text` is valid UTF-8
void for_each_python_line(std::string_view text, const std::function<void(std::string_view line)>& line);

/// `text` without the white space Python's `str.strip()` removes. \pre valid UTF-8
std::string_view python_stripped(std::string_view text);

}  // namespace an::io
