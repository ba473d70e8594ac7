// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string_view>

namespace an::io {

/// The number `numpy.loadtxt` (1.26) reads from a field: Python's `float` grammar in ASCII without underscores. \pre valid UTF-8
std::optional<double> parse_loadtxt_float(std::string_view field);

/// Calls `row` for each line `numpy.loadtxt` may take for data: lines end with \\n, \\r\\n or \\r; the first `skip` lines are passed
/// over; a comment from '#' on is cut off; a line with nothing left is passed over.
void for_each_loadtxt_row(std::string_view text, std::size_t skip,
                          const std::function<void(std::size_t line, std::string_view content)>& row);

}  // namespace an::io
