// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace an::io {

/// One character of UTF-8 text, or the bytes there that are not valid UTF-8.
struct Utf8Step {
  char32_t code = 0;            ///< the code point, where `fault` is nullptr
  std::size_t bytes = 1;        ///< how many it takes; of a fault, how many Python's decoder blames
  const char* fault = nullptr;  ///< the reason in the words of Python's decoder
};

/// The first character of `text`, which is not empty.
Utf8Step decode_utf8(std::string_view text);

/// Where and why Python's strict decoder refuses a text.
struct InvalidUtf8 {
  std::size_t offset;
  std::string
      official;  ///< `UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 3: invalid start byte`
};
std::optional<InvalidUtf8> find_invalid_utf8(std::string_view text);

/// White space as `str.isspace` knows it (Unicode 14).
bool is_python_space(char32_t code);

/// `text` without the white space around it. What is not UTF-8 is kept.
std::string_view python_stripped(std::string_view text);

/// Value of a decimal digit of any script (Unicode 14 category Nd), or -1.
int decimal_digit(char32_t code);

/// Python's `repr(text)`, cut after `longest` characters. What is not UTF-8 is shown as `\xff`.
std::string python_repr(std::string_view text, std::size_t longest);

}  // namespace an::io
