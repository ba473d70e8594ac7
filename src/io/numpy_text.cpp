// SPDX-License-Identifier: MIT
#include "io/numpy_text.hpp"

#include "io/python_text.hpp"

namespace an::io {

std::optional<double> parse_loadtxt_float(std::string_view field) {
  field = python_stripped(field);
  for (const char c : field)
    if (c == '_' || static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
  return parse_python_float(field);
}

void for_each_loadtxt_row(std::string_view text, std::size_t skip,
                          const std::function<void(std::size_t line, std::string_view content)>& row) {
  std::size_t line = 0;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    std::string_view content = text.substr(0, end);
    const bool two = end != std::string_view::npos && text.substr(end, 2) == "\r\n";
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + (two ? 2 : 1));
    ++line;
    if (line <= skip) continue;
    content = content.substr(0, content.find('#'));
    if (!content.empty()) row(line, content);
  }
}

}  // namespace an::io
