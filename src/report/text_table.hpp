// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace an::report {

/// A cell of a text table.
struct Cell {
  std::string text;
  bool bold = false;
};

/// A table for the terminal: a header, rows, and rules after chosen rows. The first column is set left, the others
/// right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : header_(std::move(header)) {}

  /// \pre as many cells as the header has
  void add_row(std::vector<Cell> row);
  /// A horizontal rule after the rows so far.
  void add_rule() { rules_.push_back(rows_.size()); }
  /// The aligned text. \param ansi whether bold cells are marked for a terminal; else with '*' after them
  std::string text(bool ansi) const;
  /// The same cells for Markdown. \pre no cell holds a `|` or a line's end
  std::string markdown() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::size_t> rules_;
};

/// A score with three decimals as the challenge's tables print them; `-` for NaN, exponents from 10⁵ on.
std::string score_text(double value);

}  // namespace an::report
