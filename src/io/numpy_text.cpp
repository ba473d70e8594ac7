// SPDX-License-Identifier: MIT
#include "io/numpy_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "io/python_float.hpp"
#include "io/python_text.hpp"

namespace an::io {

namespace {

constexpr std::size_t longest_shown = 40;
constexpr std::size_t longest_official = 100;

// Takes the first line off `text`; it ends at \n, \r\n or \r.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  const std::size_t length = end == std::string_view::npos ? 0 : text.substr(end).starts_with("\r\n") ? 2 : 1;
  text.remove_prefix(line.size() + length);
  return line;
}

std::vector<std::string_view> split_at_semicolons(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(';', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

// \pre `line` is valid UTF-8
std::vector<std::string_view> split_at_white_space(std::string_view line) {
  std::vector<std::string_view> fields;
  bool inside = false;
  for (std::size_t at = 0; at < line.size();) {
    const Utf8Step step = decode_utf8(line.substr(at));
    const bool space = is_python_space(step.code);
    if (!space && !inside) fields.push_back(line.substr(at, 0));
    if (!space) fields.back() = std::string_view(fields.back().data(), fields.back().size() + step.bytes);
    inside = !space;
    at += step.bytes;
  }
  return fields;
}

std::string explain(std::string_view field, Delimiter delimiter) {
  const std::string shown = python_repr(python_stripped(field), longest_shown);
  if (python_stripped(field).empty())
    return delimiter == Delimiter::semicolon
               ? "nothing where a number is expected (a ';' too many, or white space alone on a line)"
               : "nothing where a number is expected";
  if (field.find(',') != std::string_view::npos)
    return fmt::format("{} is not a number: separate values by {}, not ','", shown,
                       delimiter == Delimiter::semicolon ? "';'" : "line ends");
  if (python_stripped(field).find_first_of(" \t") != std::string_view::npos)
    return fmt::format("{} is not a number: separate values by ';', not white space", shown);
  return fmt::format("{} is not a number", shown);
}

class TableParser {
 public:
  TableParser(Delimiter delimiter, ProblemList& problems) : delimiter_(delimiter), problems_(problems) {}

  void add_line(std::size_t line_number, std::string_view line) {
    line = line.substr(0, line.find('#'));
    const auto fields = delimiter_ == Delimiter::semicolon ? split_at_semicolons(line) : split_at_white_space(line);
    if (fields.empty() || line.empty()) return;
    ++row_;
    if (row_ == 1) table_.columns = fields.size();
    if (fields.size() != table_.columns) return report_columns(line_number, fields.size());
    values_.clear();
    for (const std::string_view field : fields) {
      const std::optional<double> value = parse_numpy_float(field);
      if (!value) return report_field(line_number, static_cast<std::size_t>(field.data() - line.data()), field);
      values_.push_back(*value);
    }
    table_.values.insert(table_.values.end(), values_.begin(), values_.end());
    table_.lines.push_back(line_number);
  }

  NumberTable take() { return std::move(table_); }

 private:
  void report_columns(std::size_t line_number, std::size_t count) {
    problems_.add(
        {line_number, 0, fmt::format("{} values, but the first row has {}", count, table_.columns),
         fmt::format(
             "ValueError: the number of columns changed from {} to {} at row {}; use `usecols` to select a subset "
             "and avoid this error",
             table_.columns, count, row_)});
  }

  void report_field(std::size_t line_number, std::size_t offset, std::string_view field) {
    problems_.add({line_number, offset + 1, explain(field, delimiter_),
                   fmt::format("ValueError: could not convert string {} to float64 at row {}, column {}.",
                               python_repr(field, longest_official), row_ - 1, values_.size() + 1)});
  }

  Delimiter delimiter_;
  ProblemList& problems_;
  NumberTable table_;
  std::vector<double> values_;
  std::size_t row_ = 0;
};

void report_invalid_utf8(std::string_view text, const InvalidUtf8& invalid, ProblemList& problems) {
  LineProblem problem{0, 0, "not UTF-8 text (save the file as plain text)", invalid.official};
  std::string_view rest = text;
  while (text.size() - rest.size() <= invalid.offset) {
    ++problem.line;
    problem.column = invalid.offset - (text.size() - rest.size()) + 1;
    take_line(rest);
  }
  problems.add(std::move(problem));
}

}  // namespace

NumberTable parse_number_table(std::string_view text, std::size_t skipped_lines, Delimiter delimiter,
                               ProblemList& problems) {
  if (const std::optional<InvalidUtf8> invalid = find_invalid_utf8(text)) {
    report_invalid_utf8(text, *invalid, problems);
    return {};
  }
  TableParser parser(delimiter, problems);
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view content = take_line(text);
    if (line > skipped_lines) parser.add_line(line, content);
  }
  return parser.take();
}

}  // namespace an::io
