// SPDX-License-Identifier: MIT
#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/number_text.hpp"
#include "report/text_table.hpp"

namespace an::report {

namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  return out + '"';
}

std::string for_markdown(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '_' || c == '<') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string for_latex(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else if (c == '\\') {
      out += "\\textbackslash{}";
    } else if (c == '~' || c == '^') {
      out += fmt::format("\\{}{{}}", c);
    } else {
      out += c;
    }
  }
  constexpr std::string_view at_least = "≥";  // LaTeX knows no such letter
  for (std::size_t at = out.find(at_least); at != std::string::npos; at = out.find(at_least, at))
    out.replace(at, at_least.size(), "$\\geq$");
  return out;
}

// Whether a column of CSV has another one beside it.
bool has_beside(const Table& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const std::vector<TableCell>& row) { return !row[column].beside.empty(); });
}

// All cells as people read them, each as `write` writes it.
template <class Write>
TextTable cells_of(const Table& table, Write write) {
  std::vector<std::string> header;
  for (const std::string& name : table.header) header.push_back(write(name));
  TextTable text(std::move(header));
  for (const std::vector<TableCell>& row : table.rows) {
    std::vector<Cell> cells;
    for (const TableCell& cell : row) cells.push_back({write(shown(cell)), cell.bold});
    text.add_row(std::move(cells));
  }
  return text;
}

}  // namespace

TableCell score_cell(double value) { return {score_text(value), false, {}, shortest_text(value)}; }

std::string shown(const TableCell& cell) {
  return cell.beside.empty() ? cell.text : fmt::format("{} ({})", cell.text, cell.beside);
}

std::string table_text(const Table& table) {
  const TextTable text = cells_of(table, [](const std::string& cell) { return cell; });
  return fmt::format("{}\n\n{}", table.title, text.text(false));
}

std::string table_csv(const Table& table) {
  std::string text;
  const auto end_line = [&] { text.back() = '\n'; };
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    text += quoted(table.header[c]) + ',';
    if (has_beside(table, c)) text += quoted(fmt::format("{} {}", table.header[c], table.beside)) + ',';
  }
  end_line();
  for (const std::vector<TableCell>& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      text += quoted(row[c].exact.empty() ? row[c].text : row[c].exact) + ',';
      if (has_beside(table, c)) text += quoted(row[c].beside) + ',';
    }
    end_line();
  }
  return text;
}

std::string table_markdown(const Table& table) {
  return fmt::format("**{}**\n\n{}", for_markdown(table.title), cells_of(table, for_markdown).markdown());
}

std::string table_latex(const Table& table) {
  std::string text =
      fmt::format("% {}\n\\begin{{tabular}}{{l{}}}\n\\hline\n", table.title, std::string(table.header.size() - 1, 'r'));
  const auto end_line = [&](const char* after) {
    text.resize(text.size() - 3);  // the last " & "
    text += fmt::format(" \\\\\n{}", after);
  };
  for (const std::string& name : table.header) text += for_latex(name) + " & ";
  end_line("\\hline\n");
  for (const std::vector<TableCell>& row : table.rows) {
    for (const TableCell& cell : row)
      text += fmt::format(fmt::runtime(cell.bold ? "\\textbf{{{}}} & " : "{} & "), for_latex(shown(cell)));
    end_line("");
  }
  return text + "\\hline\n\\end{tabular}\n";
}

}  // namespace an::report
