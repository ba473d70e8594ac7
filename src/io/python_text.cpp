// SPDX-License-Identifier: MIT
#include "io/python_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace an::io {

namespace {

// The zero of each script's ten decimal digits, which follow one another.
constexpr std::array<char32_t, 66> zeros{
    0x00030, 0x00660, 0x006F0, 0x007C0, 0x00966, 0x009E6, 0x00A66, 0x00AE6, 0x00B66, 0x00BE6, 0x00C66,
    0x00CE6, 0x00D66, 0x00DE6, 0x00E50, 0x00ED0, 0x00F20, 0x01040, 0x01090, 0x017E0, 0x01810, 0x01946,
    0x019D0, 0x01A80, 0x01A90, 0x01B50, 0x01BB0, 0x01C40, 0x01C50, 0x0A620, 0x0A8D0, 0x0A900, 0x0A9D0,
    0x0A9F0, 0x0AA50, 0x0ABF0, 0x0FF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
    0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60,
    0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0};

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// How many bytes a sequence has by its first byte; 0 if none starts so.
std::size_t sequence_length(unsigned first) {
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// Whether byte `i` of a sequence may be `byte`: no overlong forms, surrogates or values above U+10FFFF.
bool continues(unsigned first, std::size_t i, unsigned byte) {
  if (i == 1 && first == 0xE0) return byte >= 0xA0 && byte <= 0xBF;
  if (i == 1 && first == 0xED) return byte >= 0x80 && byte <= 0x9F;
  if (i == 1 && first == 0xF0) return byte >= 0x90 && byte <= 0xBF;
  if (i == 1 && first == 0xF4) return byte >= 0x80 && byte <= 0x8F;
  return byte >= 0x80 && byte <= 0xBF;
}

// Code points repr writes as escapes: controls, separators, format characters, surrogates, private use.
bool is_unprintable(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0xAD || (code != 0x20 && is_python_space(code)) ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || (code >= 0xE000 && code <= 0xF8FF) || code == 0xFEFF ||
         (code >= 0xFFF0 && code <= 0xFFFB) || code >= 0xE0000;
}

std::string escaped(char32_t code) {
  switch (code) {
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    default:
      break;
  }
  const auto number = static_cast<unsigned>(code);
  if (number < 0x100) return fmt::format("\\x{:02x}", number);
  return number < 0x10000 ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

}  // namespace

Utf8Step decode_utf8(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  const std::size_t length = sequence_length(first);
  if (length == 0) return {0, 1, "invalid start byte"};
  if (length == 1) return {first, 1, nullptr};
  char32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size()) return {0, i, "unexpected end of data"};
    const unsigned byte = byte_at(text, i);
    if (!continues(first, i, byte)) return {0, i, "invalid continuation byte"};
    code = code << 6 | (byte & 0x3FU);
  }
  return {code, length, nullptr};
}

std::optional<InvalidUtf8> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (byte_at(text, at) < 0x80) {
      ++at;
      continue;
    }
    const Utf8Step step = decode_utf8(text.substr(at));
    if (step.fault != nullptr) {
      const std::string place = step.bytes == 1 ? fmt::format("byte 0x{:02x} in position {}", byte_at(text, at), at)
                                                : fmt::format("bytes in position {}-{}", at, at + step.bytes - 1);
      return InvalidUtf8{at, fmt::format("UnicodeDecodeError: 'utf-8' codec can't decode {}: {}", place, step.fault)};
    }
    at += step.bytes;
  }
  return std::nullopt;
}

bool is_python_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

std::string_view python_stripped(std::string_view text) {
  const auto is_space = [](std::string_view at) {
    const Utf8Step step = decode_utf8(at);
    return step.fault == nullptr && is_python_space(step.code);
  };
  while (!text.empty() && is_space(text)) text.remove_prefix(decode_utf8(text).bytes);
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (byte_at(text, last) & 0xC0U) == 0x80) --last;
    if (!is_space(text.substr(last)) || decode_utf8(text.substr(last)).bytes != text.size() - last) break;
    text = text.substr(0, last);
  }
  return text;
}

int decimal_digit(char32_t code) {
  const auto* const above = std::upper_bound(zeros.begin(), zeros.end(), code);
  if (above == zeros.begin()) return -1;
  const char32_t digit = code - *(above - 1);
  return digit < 10 ? static_cast<int>(digit) : -1;
}

std::string python_repr(std::string_view text, std::size_t longest) {
  const char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string shown(1, quote);
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == longest) return shown + "...";
    const Utf8Step step = decode_utf8(text);
    if (step.fault != nullptr) {
      shown += fmt::format("\\x{:02x}", byte_at(text, 0));
      text.remove_prefix(1);
      continue;
    }
    if (step.code == static_cast<unsigned char>(quote) || step.code == '\\')
      shown += {'\\', static_cast<char>(step.code)};
    else
      shown += is_unprintable(step.code) ? escaped(step.code) : std::string(text.substr(0, step.bytes));
    text.remove_prefix(step.bytes);
  }
  return shown + quote;
}

}  // namespace an::io
