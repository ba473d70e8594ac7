// SPDX-License-Identifier: MIT
#include "io/python_float.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <system_error>

#include "io/python_text.hpp"

namespace an::io {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string_view ascii_stripped(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

// Whether `text` is `word` (which is in lower case) in any case.
bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::optional<double> parse_unsigned(std::string_view text) {
  // Tested before from_chars, which takes a second sign and nan(...) too.
  if (text.empty() || (!is_digit(text[0]) && text[0] != '.')) {
    if (is_word(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
    if (is_word(text, "inf") || is_word(text, "infinity")) return std::numeric_limits<double>::infinity();
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  // from_chars leaves the value alone where it is too large or too small; strtod gives infinity or 0.
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);
  return value;
}

std::optional<double> parse_stripped(std::string_view text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return parse_unsigned(text);
  const std::optional<double> magnitude = parse_unsigned(text.substr(1));
  return magnitude && text[0] == '-' ? -*magnitude : magnitude;
}

// As ASCII: digits of any script, white space and underscores between digits gone; empty where no number can come of
// it.
std::optional<std::string> simplified(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const Utf8Step step = decode_utf8(text);
    if (step.fault != nullptr) return std::nullopt;
    const int digit = decimal_digit(step.code);
    if (step.code < 0x80)
      plain += static_cast<char>(step.code);
    else if (digit >= 0)
      plain += static_cast<char>('0' + digit);
    else if (is_python_space(step.code))
      plain += ' ';
    else
      return std::nullopt;
    text.remove_prefix(step.bytes);
  }
  std::string without_underscores;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != '_')
      without_underscores += plain[i];
    else if (i == 0 || i + 1 == plain.size() || !is_digit(plain[i - 1]) || !is_digit(plain[i + 1]))
      return std::nullopt;
  }
  return without_underscores;
}

}  // namespace

std::optional<double> parse_python_float(std::string_view text) {
  if (is_ascii(text) && text.find('_') == std::string_view::npos) return parse_stripped(ascii_stripped(text));
  const std::optional<std::string> plain = simplified(text);
  return plain ? parse_stripped(ascii_stripped(*plain)) : std::nullopt;
}

std::optional<double> parse_numpy_float(std::string_view field) { return parse_stripped(python_stripped(field)); }

const char* scan_plain_number(const char* begin, const char* end, double& value) {
  constexpr std::ptrdiff_t exact_digits = 15;  // any number of so many digits is a double
  const char* const digits_end = begin + std::min(end - begin, exact_digits);
  const char* at = begin;
  std::int64_t whole = 0;
  for (; at != digits_end && is_digit(*at); ++at) whole = 10 * whole + (*at - '0');
  if (at != begin && (at == end || *at == ',' || *at == '\n')) {
    value = static_cast<double>(whole);
    return at;
  }
  const char* const unsigned_begin = begin != end && *begin == '-' ? begin + 1 : begin;
  if (unsigned_begin == end || (!is_digit(*unsigned_begin) && *unsigned_begin != '.')) return nullptr;
  const auto [after, error] = std::from_chars(begin, end, value);
  return error == std::errc() ? after : nullptr;
}

}  // namespace an::io
