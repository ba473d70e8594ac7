// SPDX-License-Identifier: MIT
#include "io/vip_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>

#include "core/number_text.hpp"
#include "io/atomic_file.hpp"
#include "io/numpy_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

constexpr double beyond_int64 = 9223372036854775808.0;  // 2^63

// numpy's astype(int) on common processors.
std::int64_t cut_to_integer(double value) {
  const bool inside = value >= -beyond_int64 && value < beyond_int64;
  return inside ? static_cast<std::int64_t>(value) : std::numeric_limits<std::int64_t>::min();
}

void check_shape(const NumberTable& table, ProblemList& problems) {
  if (table.values.empty())
    problems.add({0, 0, "no VIP index (expected one a line)", "", false});
  else if (table.values.size() == 1)
    problems.add(
        {0, 0, "a single VIP index: the official scorer needs at least two", "TypeError: len() of unsized object"});
  else if (table.rows() > 1 && table.columns > 1)
    problems.add(
        {table.lines[0], 0, fmt::format("{} values on a line (expected one VIP index a line)", table.columns), ""});
}

}  // namespace

VipFile parse_vips(std::string_view text) {
  VipFile file;
  ProblemList problems;
  const NumberTable table = parse_number_table(text, 0, Delimiter::white_space, problems);
  if (problems.empty()) check_shape(table, problems);
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    const std::int64_t index = cut_to_integer(table.values[i]);
    if (static_cast<double>(index) != table.values[i])
      problems.add({table.lines[i / table.columns], 0,
                    fmt::format("{} is not a whole number (the official scorer reads it as {})",
                                shortest_text(table.values[i]), index),
                    "", false});
    file.indices.push_back(index);
  }
  file.problems = problems.take();
  return file;
}

VipFile read_vips(const std::filesystem::path& path) { return parse_vips(read_text_file(path)); }

std::string format_vips(std::span<const std::int64_t> indices) {
  std::string text;
  for (const std::int64_t index : indices)
    fmt::format_to(std::back_inserter(text), "{:.18e}\n", static_cast<double>(index));
  return text;
}

void write_vips(const std::filesystem::path& path, std::span<const std::int64_t> indices) {
  write_file_atomically(path, format_vips(indices));
}

}  // namespace an::io
