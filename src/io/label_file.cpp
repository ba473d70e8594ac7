// SPDX-License-Identifier: MIT
#include "io/label_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/number_text.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

constexpr std::string_view expected_line = "expected index, K, alpha, state, change point, ..., length";

std::string shown(std::string_view token) {
  constexpr std::size_t longest = 40;
  return fmt::format("'{}{}'", token.substr(0, longest), token.size() > longest ? "..." : "");
}

// Says what is likely wrong with a line whose token is no number.
std::string explanation(std::string_view line, std::string_view token) {
  const std::string_view stripped = python_stripped(line);
  if (stripped.empty()) return fmt::format("an empty line ({}); delete it", expected_line);
  if (line.starts_with("\xEF\xBB\xBF")) return "the file starts with a byte order mark; save it as UTF-8 without one";
  if (stripped[0] == '#') return "a comment line; label files have none, delete it";
  if (stripped[0] == '[' || stripped[0] == '(') return fmt::format("brackets around the values ({})", expected_line);
  if (line.find(',') == std::string_view::npos && line.find(';') != std::string_view::npos)
    return "values separated by ';'; separate them by ','";
  if (line.find(',') == std::string_view::npos && stripped.find_first_of(" \t") != std::string_view::npos)
    return "values separated by white space; separate them by ','";
  if (python_stripped(token).empty()) return fmt::format("a value is missing between or after commas ({})", expected_line);
  const bool letters = std::isalpha(static_cast<unsigned char>(stripped[0])) != 0;
  if (letters && token.data() == line.data())
    return fmt::format("{} is not a number: a header line? Label files have none ({})", shown(token), expected_line);
  return fmt::format("{} is not a number", shown(token));
}

class LabelParser {
 public:
  explicit LabelParser(LabelFile& file) : file_(file) {}

  void add_line(std::string_view line) {
    ++line_;
    fields_.clear();
    std::string_view rest = line;
    for (;;) {
      double value = 0;
      const std::size_t length = parse_token(rest, value);
      if (length == std::string_view::npos) return report_token(line, rest.substr(0, rest.find(',')));
      fields_.push_back(value);
      if (length == rest.size()) break;
      rest.remove_prefix(length + 1);
    }
    if (fields_.size() % 4 <= 1)
      file_.table.append(fields_, line_);
    else
      report_count();
  }

 private:
  // Reads the token at the start of `rest`, up to a comma; returns its length, npos if it is no number.
  static std::size_t parse_token(std::string_view rest, double& value) {
    std::size_t digits = 0;
    std::uint64_t whole = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9' && digits < 15)
      whole = 10 * whole + static_cast<std::uint64_t>(rest[digits++] - '0');
    if (digits > 0 && (digits == rest.size() || rest[digits] == ',')) {
      value = static_cast<double>(whole);
      return digits;
    }
    if (digits > 0) {
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
      const auto length = static_cast<std::size_t>(end - rest.data());
      if (error == std::errc() && (length == rest.size() || *end == ',')) return length;
    }
    const std::string_view token = rest.substr(0, rest.find(','));
    const auto number = parse_python_float(token);
    if (!number) return std::string_view::npos;
    value = *number;
    return token.size();
  }

  void report_token(std::string_view line, std::string_view token) {
    LineProblem problem;
    problem.line = line_;
    problem.column = static_cast<std::size_t>(token.data() - line.data()) + 1;
    problem.what = explanation(line, token);
    problem.official = fmt::format("ValueError: could not convert string to float: {}", shown(token));
    problem.fatal = true;
    add(std::move(problem));
  }

  void report_count() {
    LineProblem problem;
    problem.line = line_;
    problem.what = fmt::format("{} values, need 4n or 4n+1 ({}); the line is dropped and the trajectory counts as missing",
                               fields_.size(), expected_line);
    add(std::move(problem));
  }

  void add(LineProblem problem) {
    if (!fields_.empty()) problem.index = fields_[0];
    if (file_.problems.size() < most_problems) return file_.problems.push_back(std::move(problem));
    if (unlisted_++ == 0) file_.problems.push_back(std::move(problem));
    LineProblem& rest = file_.problems.back();
    rest.line = rest.column = 0;
    rest.fatal |= problem.fatal;
    rest.what = fmt::format("{} more lines cannot be used", unlisted_);
  }

  // A large file of another kind shall not fill the memory with complaints.
  static constexpr std::size_t most_problems = 1000;

  LabelFile& file_;
  std::vector<double> fields_;
  std::size_t line_ = 0;
  std::size_t unlisted_ = 0;
};

// Only \n ends a line, and every byte is ASCII.
bool is_plain(std::string_view text) {
  unsigned char odd = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    odd |= static_cast<unsigned char>(byte & 0x80);
    odd |= static_cast<unsigned char>((byte >= 0x0B && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1E));
  }
  return odd == 0;
}

void add_plain_lines(std::string_view text, LabelParser& parser) {
  while (!text.empty()) {
    const auto* const end = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
    const std::size_t length = end == nullptr ? text.size() : static_cast<std::size_t>(end - text.data());
    parser.add_line(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
}

void append_number(std::string& text, double value) {
  constexpr double exact = 1e15;
  if (value == std::floor(value) && std::fabs(value) < exact)
    fmt::format_to(std::back_inserter(text), "{}", static_cast<std::int64_t>(value));
  else
    text += shortest_text(value);
}

}  // namespace

LabelFile parse_labels(std::string_view text) {
  LabelFile file;
  file.table.reserve(text.size() / 128 + 1, text.size() / 12 + 8);
  LabelParser parser(file);
  if (is_plain(text)) {
    add_plain_lines(text, parser);
    return file;
  }
  if (const auto bad = invalid_utf8(text)) {
    const std::string_view before = text.substr(0, *bad);
    LineProblem problem;
    problem.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    problem.column = *bad - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    problem.what = fmt::format("byte 0x{:02x} is not UTF-8 text (expected plain numbers)", static_cast<unsigned char>(text[*bad]));
    problem.official = "UnicodeDecodeError: 'utf-8' codec can't decode byte";
    problem.fatal = true;
    file.problems.push_back(std::move(problem));
    return file;
  }
  for_each_python_line(text, [&](std::string_view line) { parser.add_line(line); });
  return file;
}

LabelFile read_labels(const std::filesystem::path& path) { return parse_labels(read_text_file(path)); }

std::string format_labels(const LabelTable& table) {
  std::string text;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const auto fields = table[row].fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) text += ',';
      if (i % 4 == 0 || i % 4 == 3)
        append_number(text, fields[i]);
      else
        text += shortest_text(fields[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace an::io
