// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace an::report {

/// A cell of a table that is written in several forms.
struct TableCell {
  std::string text;    ///< as people read it
  bool bold = false;   ///< the best, or what is as good as the value beside it
  std::string beside;  ///< a value to compare with, shown in brackets; a column of its own in CSV
  std::string exact;   ///< as programs read it, where that is not `text`
};

/// A table: written as text, CSV, Markdown, LaTeX and (HtmlPage) HTML.
struct Table {
  std::string name;  ///< of its files: letters, digits, `-` and `_`
  std::string title;
  std::vector<std::string> header;
  std::vector<std::vector<TableCell>> rows;  ///< as many cells as the header has
  std::string beside;                        ///< what the values beside are, a word for CSV's header
};

/// A cell of a score: three decimals for people, the shortest text that reads back to the same double for programs.
TableCell score_cell(double value);

/// The cell as people read it, with the value beside it in brackets.
std::string shown(const TableCell& cell);

/// `name.txt`: aligned, bold cells with `*` after them.
std::string table_text(const Table& table);
/// `name.csv`: RFC 4180 but for its line ends; columns with values beside become two.
std::string table_csv(const Table& table);
/// `name.md`: a table of GitHub's Markdown.
std::string table_markdown(const Table& table);
/// `name.tex`: a `tabular` that needs no package.
std::string table_latex(const Table& table);

}  // namespace an::report
