// SPDX-License-Identifier: MIT
#include "io/vip_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "io/numpy_text.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

LineProblem problem_at(std::size_t line, std::string what, std::string official) {
  LineProblem problem;
  problem.line = line;
  problem.what = std::move(what);
  problem.official = std::move(official);
  problem.fatal = true;
  return problem;
}

}  // namespace

VipFile parse_vips(std::string_view text) {
  VipFile file;
  if (invalid_utf8(text)) {
    file.problems.push_back(problem_at(0, "not UTF-8 text (expected one VIP index a line)", "UnicodeDecodeError"));
    return file;
  }
  for_each_loadtxt_row(text, 0, [&](std::size_t line, std::string_view content) {
    if (python_stripped(content).empty()) return;
    const auto value = parse_loadtxt_float(content);
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (!value)
      file.problems.push_back(problem_at(line, fmt::format("'{}' is not a number (expected one VIP index a line)", content.substr(0, 40)),
                                         "ValueError: could not convert string to float64"));
    else
      file.indices.push_back(std::fabs(*value) < limit ? static_cast<std::int64_t>(*value)
                                                       : std::numeric_limits<std::int64_t>::min());
  });
  if (file.problems.empty() && file.indices.size() == 1)
    file.problems.push_back(problem_at(0, "a single VIP (the official scorer needs at least two)", "TypeError: len() of unsized object"));
  return file;
}

VipFile read_vips(const std::filesystem::path& path) { return parse_vips(read_text_file(path)); }

std::string format_vips(const std::vector<std::int64_t>& indices) {
  std::string text;
  for (const std::int64_t index : indices) text += fmt::format("{:.18e}\n", static_cast<double>(index));
  return text;
}

}  // namespace an::io
