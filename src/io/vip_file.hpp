// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "io/line_problem.hpp"

namespace an::io {

/// The indices of the VIPs (labelled particles of track 1) of a field of view.
struct VipFile {
  std::vector<std::int64_t> indices;
  std::vector<LineProblem> problems;
};

/// Reads VIP indices, one a line, as `numpy.loadtxt(path).astype(int)` reads them: comments and blank lines are skipped, numbers
/// are cut to integers. The official scorer cannot use a file with a single index; that is a fatal problem too.
VipFile parse_vips(std::string_view text);

/// parse_vips() of a file. \throws InputError where it cannot be read
VipFile read_vips(const std::filesystem::path& path);

/// One index a line, as the challenge's files have them (`3.000000000000000000e+00`).
std::string format_vips(const std::vector<std::int64_t>& indices);

}  // namespace an::io
