// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/line_problem.hpp"

namespace an::io {

/// The VIP indices of a field of view as the official scorer reads them.
struct VipFile {
  std::vector<std::int64_t> indices;  ///< every number that could be read, in the order of the file
  std::vector<LineProblem> problems;
};

/// Reads VIP indices as `numpy.loadtxt(path).astype(int)` does: numbers are cut to integers, and NaN or what is beyond
/// 64 bits becomes the lowest integer. A file with a single index is a fatal problem: the official scorer raises
/// TypeError for it. Never throws on bad content.
VipFile parse_vips(std::string_view text);

/// Reads a file of VIP indices.
/// \throws InputError if the file cannot be read; what is wrong inside becomes `problems`
VipFile read_vips(const std::filesystem::path& path);

/// The text of a VIP file, as the official package writes it (`%.18e`, one a line).
std::string format_vips(std::span<const std::int64_t> indices);

/// Writes format_vips(indices), whole or not at all. \throws OutputError
void write_vips(const std::filesystem::path& path, std::span<const std::int64_t> indices);

}  // namespace an::io
