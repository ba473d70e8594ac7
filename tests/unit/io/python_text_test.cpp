// SPDX-License-Identifier: MIT
#include "io/python_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace an::io {
namespace {

// What Python says of bytes that are not UTF-8; empty where they are.
std::string exception(std::string_view text) {
  const auto found = find_invalid_utf8(text);
  return found ? found->official : "";
}

constexpr const char* decode_error = "UnicodeDecodeError: 'utf-8' codec can't decode ";

TEST(InvalidUtf8, IsNamedAsPythonNamesIt) {
  EXPECT_EQ(exception("a\x80"), std::string(decode_error) + "byte 0x80 in position 1: invalid start byte");
  EXPECT_EQ(exception("\xC1\x80"), std::string(decode_error) + "byte 0xc1 in position 0: invalid start byte");
  EXPECT_EQ(exception("\xF5\x80\x80\x80"), std::string(decode_error) + "byte 0xf5 in position 0: invalid start byte");
  EXPECT_EQ(exception("é\xC3"), std::string(decode_error) + "byte 0xc3 in position 2: unexpected end of data");
  EXPECT_EQ(exception("\xE2\x82"), std::string(decode_error) + "bytes in position 0-1: unexpected end of data");
  EXPECT_EQ(exception("\xE2\x82z"), std::string(decode_error) + "bytes in position 0-1: invalid continuation byte");
}

TEST(InvalidUtf8, IsWhatIsOverlongASurrogateOrBeyondUnicode) {
  for (const char* bad : {"\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xE1\xC0\x80",
                          "\xE0\xC0\x80", "\xED\x7F\x80", "\xF0\xC0\x80\x80", "\xF4\x7F\x80\x80"})
    EXPECT_NE(exception(bad), "") << python_repr(bad, 10);
  for (const char* good : {"\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xF1\x80\x80\x80"})
    EXPECT_EQ(exception(good), "") << python_repr(good, 10);
}

TEST(PythonRepr, ChoosesItsQuotes) {
  EXPECT_EQ(python_repr("a", 10), "'a'");
  EXPECT_EQ(python_repr("it's", 10), "\"it's\"");
  EXPECT_EQ(python_repr("\"it's\"", 10), "'\"it\\'s\"'");
  EXPECT_EQ(python_repr("a\\b", 10), "'a\\\\b'");
  EXPECT_EQ(python_repr("longer", 3), "'lon...");
}

TEST(PythonRepr, EscapesWhatCannotBeSeen) {
  EXPECT_EQ(python_repr("\t\n\r", 10), "'\\t\\n\\r'");
  EXPECT_EQ(python_repr("\x1b\x7f\xC2\xA0\xC2\xAD", 10), "'\\x1b\\x7f\\xa0\\xad'");
  EXPECT_EQ(python_repr("\xE2\x80\x8B\xE2\x80\xAE\xE2\x81\xA0", 10), "'\\u200b\\u202e\\u2060'");
  EXPECT_EQ(python_repr("\xEE\x80\x80\xEF\xBB\xBF\xEF\xBF\xBB", 10), "'\\ue000\\ufeff\\ufffb'");
  EXPECT_EQ(python_repr("\xF3\xA0\x80\x81", 10), "'\\U000e0001'");
  EXPECT_EQ(python_repr("\xE2\x80\xA8\xE3\x80\x80", 10), "'\\u2028\\u3000'");
  EXPECT_EQ(python_repr("\xFFz", 10), "'\\xffz'");
  EXPECT_EQ(python_repr("é€\xF0\x9F\x98\x80", 10), "'é€\xF0\x9F\x98\x80'");
}

TEST(PythonStripped, TakesAllOfUnicodesWhiteSpaceOff) {
  EXPECT_EQ(python_stripped("\t\x1c a b \x1f\r\n"), "a b");
  EXPECT_EQ(python_stripped("\xC2\x85\xC2\xA0\xE1\x9A\x80 a\xE2\x80\x80\xE2\x80\x8A"), "a");
  EXPECT_EQ(python_stripped("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80"), "");
  EXPECT_EQ(python_stripped("\xE2\x80\x8B"
                            "a"),
            "\xE2\x80\x8B"
            "a");  // of no width, and no space
  EXPECT_EQ(python_stripped("a\x80\x80"), "a\x80\x80");
  EXPECT_EQ(python_stripped("\x80"), "\x80");
}

TEST(DecimalDigit, IsThatOfItsScript) {
  EXPECT_EQ(decimal_digit(U'7'), 7);
  EXPECT_EQ(decimal_digit(U'/'), -1);
  EXPECT_EQ(decimal_digit(U':'), -1);
  EXPECT_EQ(decimal_digit(U'٣'), 3);
  EXPECT_EQ(decimal_digit(0x1FBF9), 9);
  EXPECT_EQ(decimal_digit(0x1FBFA), -1);
}

}  // namespace
}  // namespace an::io
