// SPDX-License-Identifier: MIT
#include "core/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace an {

void append_shortest(std::string& text, double value) {
  if (std::isnan(value) || std::isinf(value)) {
    text += std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    return;
  }
  std::array<char, 32> buffer{};
  const double size = std::fabs(value);
  // Python writes exponents below -4 and from 16 on; otherwise positional, with at least one decimal.
  if (size == 0 || (size >= 1e-4 && size < 1e16)) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
    text.append(buffer.data(), end);
    if (std::find(buffer.data(), end, '.') == end) text += ".0";
    return;
  }
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  text.append(buffer.data(), end);
}

std::string shortest_text(double value) {
  std::string text;
  append_shortest(text, value);
  return text;
}

std::string plain_text(double value) {
  std::string text = shortest_text(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace an
