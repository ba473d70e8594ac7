// SPDX-License-Identifier: MIT
#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace an::report {

namespace {

// Characters, not bytes: continuation bytes of UTF-8 take no room.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void TextTable::add_row(std::vector<Cell> row) {
  AN_ASSERT(row.size() == header_.size());
  rows_.push_back(std::move(row));
}

std::string TextTable::text(bool ansi) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < header_.size(); ++c) {
    std::size_t width = width_of(header_[c]);
    for (const auto& row : rows_) width = std::max(width, width_of(row[c].text));
    widths.push_back(width);
  }
  std::string text;
  const auto append_cell = [&](std::size_t column, const Cell& cell) {
    const std::string padding(widths[column] - width_of(cell.text), ' ');
    const std::string shown = cell.bold && ansi ? "\033[1m" + cell.text + "\033[0m" : cell.text;
    text += column == 0 ? shown + padding : "  " + padding + shown;
    if (!ansi) text += cell.bold ? '*' : ' ';
  };
  const auto end_line = [&] {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text += '\n';
  };
  std::size_t total = 0;
  for (const std::size_t width : widths) total += width + 2 + (ansi ? 0 : 1);
  const std::string rule(total - 2, '-');
  for (std::size_t c = 0; c < header_.size(); ++c) append_cell(c, {header_[c]});
  end_line();
  text += rule + '\n';
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (std::find(rules_.begin(), rules_.end(), r) != rules_.end() && r > 0) text += rule + '\n';
    for (std::size_t c = 0; c < rows_[r].size(); ++c) append_cell(c, rows_[r][c]);
    end_line();
  }
  return text;
}

std::string TextTable::markdown() const {
  std::string text = "|";
  for (const std::string& name : header_) text += fmt::format(" {} |", name);
  text += "\n|";
  for (std::size_t c = 0; c < header_.size(); ++c) text += c == 0 ? " --- |" : " ---: |";
  for (const auto& row : rows_) {
    text += "\n|";
    for (const Cell& cell : row) text += fmt::format(fmt::runtime(cell.bold ? " **{}** |" : " {} |"), cell.text);
  }
  return text + '\n';
}

std::string score_text(double value) {
  constexpr double largest = 1e5;
  if (std::isnan(value)) return "-";
  return std::fabs(value) < largest ? fmt::format("{:.3f}", value) : fmt::format("{:.3g}", value);
}

}  // namespace an::report
