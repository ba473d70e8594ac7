// SPDX-License-Identifier: MIT
#include "io/label_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

#include "core/number_text.hpp"
#include "io/atomic_file.hpp"
#include "io/python_float.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

constexpr std::string_view expected_line = "expected index, K, alpha, state, change point, …, length";
constexpr std::size_t longest_shown = 40;
constexpr std::size_t longest_official = 200;

// Length of the line end at `at`, as Python's splitlines knows them; 0 where there is none.
std::size_t line_end_length(const char* at, const char* end) {
  const auto byte = [&](std::ptrdiff_t i) { return i < end - at ? static_cast<unsigned char>(at[i]) : 0U; };
  const unsigned first = byte(0);
  if (first == '\r') return byte(1) == '\n' ? 2 : 1;
  if ((first >= '\n' && first <= '\f') || (first >= 0x1C && first <= 0x1E)) return 1;
  if (first == 0xC2 && byte(1) == 0x85) return 2;                                          // U+0085
  if (first == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) return 3;  // U+2028, U+2029
  return 0;
}

const char* find_line_end(const char* at, const char* end) {
  while (at != end && line_end_length(at, end) == 0) ++at;
  return at;
}

const char* find_token_end(const char* at, const char* end) {
  while (at != end && *at != ',' && line_end_length(at, end) == 0) ++at;
  return at;
}

// What is likely wrong with a line whose separators are wrong; empty if they are not.
std::string separator_hint(std::string_view line, std::string_view token) {
  if (line.find(';') != std::string_view::npos) return "values are separated by ';' (separate them by ',')";
  if (python_stripped(token).find_first_of(" \t") != std::string_view::npos)
    return "values are separated by white space (separate them by ',')";
  return {};
}

// Says what was found in a line whose `token` is no number, and what to do.
std::string explain(std::string_view line, std::size_t line_number, std::string_view token) {
  const std::string_view content = python_stripped(line);
  const std::string shown = python_repr(python_stripped(token), longest_shown);
  if (content.empty()) return fmt::format("an empty line ({}): delete it", expected_line);
  if (line.find('\0') != std::string_view::npos) return "not a text file, or UTF-16 text (save it as UTF-8)";
  if (line_number == 1 && line.starts_with("\xEF\xBB\xBF"))
    return "the file starts with a byte order mark (save it as UTF-8 without one)";
  if (content[0] == '#') return "a comment line (label files have none): delete it";
  if (content.find_first_of("[](){}") != std::string_view::npos)
    return fmt::format("{} is not a number: brackets around values (write the values alone, separated by ',')", shown);
  if (const std::string hint = separator_hint(line, token); !hint.empty()) return hint;
  if (python_stripped(token).empty() && token.data() + token.size() == line.data() + line.size())
    return "nothing after the last ',' (delete that comma)";
  if (python_stripped(token).empty()) return "nothing between two ',' (expected a number)";
  const char first = content[0];
  if (line_number == 1 && token.data() == line.data() && ((first | 0x20) >= 'a' && (first | 0x20) <= 'z'))
    return fmt::format("{} is not a number: a header line? Label files have none ({})", shown, expected_line);
  return fmt::format("{} is not a number", shown);
}

// One pass over the text: numbers are read where they stand, and only a token that is not plain is looked at again.
class LabelParser {
 public:
  explicit LabelParser(std::string_view text) : text_(text), at_(text.data()), end_(text.data() + text.size()) {
    file_.table.reserve(text.size() / 256, text.size() / 12);
  }

  LabelFile parse() {
    while (at_ != end_) read_line();
    file_.problems = problems_.take();
    return std::move(file_);
  }

 private:
  // Reads one line and its end.
  void read_line() {
    const char* const begin = at_;
    ++line_;
    fields_.clear();
    bool good = read_value(begin);
    while (good && at_ != end_ && *at_ == ',') {
      ++at_;
      good = read_value(begin);
    }
    if (good) add_row();
    at_ += line_end_length(at_, end_);
  }

  // Reads a value up to the comma or line end after it. Where there is none, reports it and goes to the end of the
  // line.
  bool read_value(const char* line_begin) {
    double value = 0;
    const char* const after = scan_plain_number(at_, end_, value);
    if (after == nullptr || (after != end_ && *after != ',' && line_end_length(after, end_) == 0))
      return read_odd_value(line_begin);
    at_ = after;
    fields_.push_back(value);
    return true;
  }

  bool read_odd_value(const char* line_begin) {
    const char* const begin = at_;
    const char* const end = find_token_end(begin, end_);
    const std::string_view token(begin, static_cast<std::size_t>(end - begin));
    if (const std::optional<double> value = parse_python_float(token)) {
      at_ = end;
      fields_.push_back(*value);
      return true;
    }
    at_ = find_line_end(end, end_);
    report_token(std::string_view(line_begin, static_cast<std::size_t>(at_ - line_begin)), token);
    return false;
  }

  void report_token(std::string_view line, std::string_view token) {
    LineProblem problem;
    problem.line = line_;
    problem.column = static_cast<std::size_t>(token.data() - line.data()) + 1;
    if (!fields_.empty()) problem.index = fields_[0];
    if (find_invalid_utf8(line)) {
      problem.what = "not UTF-8 text (save the file as plain text)";
      problem.official = invalid_utf8();
    } else {
      problem.what = explain(line, line_, token);
      problem.official = "ValueError: could not convert string to float: " + python_repr(token, longest_official);
    }
    problems_.add(std::move(problem));
  }

  // The official scorer decodes the whole file first, so it names the first place.
  const std::string& invalid_utf8() {
    if (invalid_utf8_.empty()) invalid_utf8_ = find_invalid_utf8(text_)->official;
    return invalid_utf8_;
  }

  void add_row() {
    if (fields_.size() % 4 <= 1) return file_.table.append(fields_, line_);
    LineProblem problem;
    problem.line = line_;
    problem.what = fmt::format(
        "{} values, need 4n or 4n+1 ({}): the line is dropped (its trajectory counts as missing; in a "
        "reference it is not scored)",
        fields_.size(), expected_line);
    problem.fatal = false;
    problem.index = fields_[0];
    problems_.add(std::move(problem));
  }

  std::string_view text_;
  const char* at_;
  const char* end_;
  std::size_t line_ = 0;
  std::vector<double> fields_;
  LabelFile file_;
  ProblemList problems_;
  std::string invalid_utf8_;
};

// Index, states and change points are whole in every sane file.
void append_whole(std::string& text, double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (std::fabs(value) <= exact && value == std::trunc(value) && !(value == 0 && std::signbit(value)))
    fmt::format_to(std::back_inserter(text), "{}", static_cast<std::int64_t>(value));
  else
    text += shortest_text(value);
}

}  // namespace

LabelFile parse_labels(std::string_view text) { return LabelParser(text).parse(); }

LabelFile read_labels(const std::filesystem::path& path) { return parse_labels(read_text_file(path)); }

std::string format_labels(const LabelTable& table) {
  std::string text;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::span<const double> fields = table[row].fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) text += ',';
      if (i % 4 == 0 || i % 4 == 3)
        append_whole(text, fields[i]);
      else
        text += shortest_text(fields[i]);
    }
    text += '\n';
  }
  return text;
}

void write_labels(const std::filesystem::path& path, const LabelTable& table) {
  write_file_atomically(path, format_labels(table));
}

}  // namespace an::io
