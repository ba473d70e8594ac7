// SPDX-License-Identifier: MIT
#include "io/python_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace an::io {

namespace {

// The digit zero of each script's decimal digits (Unicode 14 general category Nd, as CPython 3.11 knows it); 1 to 9 follow it.
constexpr std::array<std::uint32_t, 66> zero_digits{
    0x0030,  0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,
    0x0CE6,  0x0D66,  0x0DE6,  0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x1090,  0x17E0,  0x1810,  0x1946,
    0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,  0xA900,  0xA9D0,
    0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
    0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60,
    0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0};

bool is_python_space(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

// The code point at the start of valid UTF-8 text.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (first < 0xF0) return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Digits of any script as ASCII ones; anything else beyond ASCII becomes a character no number has.
std::string with_ascii_digits(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    const auto above = std::upper_bound(zero_digits.begin(), zero_digits.end(), c.value);
    const std::uint32_t zero = above == zero_digits.begin() ? 0 : *(above - 1);
    if (zero != 0 && c.value - zero < 10)
      ascii += static_cast<char>('0' + (c.value - zero));
    else
      ascii += c.value < 0x80 ? static_cast<char>(c.value) : '?';
    text.remove_prefix(c.bytes);
  }
  return ascii;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes out underscores, which must stand between digits.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return plain;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

// An unsigned decimal number, or a word for a special value; from_chars would also take "nan(…)".
std::optional<double> parse_magnitude(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (!is_digit(text[0]) && text[0] != '.') {
    if (equals_ignoring_case(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
    if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity"))
      return std::numeric_limits<double>::infinity();
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  // Too large or too small for from_chars: strtod gives infinity, a denormal number or zero, as Python does.
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
  return value;
}

std::optional<double> parse_plain(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const std::optional<double> magnitude = parse_magnitude(text);
  return magnitude && negative ? -*magnitude : magnitude;
}

}  // namespace

std::optional<std::size_t> invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

std::string_view python_stripped(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = decode(text);
    if (!is_python_space(c.value)) break;
    text.remove_prefix(c.bytes);
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    if (!is_python_space(decode(text.substr(start)).value)) break;
    text = text.substr(0, start);
  }
  return text;
}

std::optional<double> parse_python_float(std::string_view text) {
  if (const auto plain = parse_plain(text)) return plain;  // nearly always
  text = python_stripped(text);
  if (is_ascii(text) && text.find('_') == std::string_view::npos) return parse_plain(text);
  const auto plain = without_underscores(with_ascii_digits(text));
  return plain ? parse_plain(*plain) : std::nullopt;
}

void for_each_python_line(std::string_view text, const std::function<void(std::string_view line)>& line) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    std::size_t end_bytes = 0;
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n')
      end_bytes = 2;
    else if ((c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E))
      end_bytes = 1;
    else if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) == 0x85)
      end_bytes = 2;
    else if (c == 0xE2 && (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9"))
      end_bytes = 3;
    if (end_bytes == 0) {
      ++i;
      continue;
    }
    line(text.substr(begin, i - begin));
    i += end_bytes;
    begin = i;
  }
  if (begin < text.size()) line(text.substr(begin));
}

}  // namespace an::io
