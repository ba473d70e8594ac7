// SPDX-License-Identifier: MIT
#include "io/python_float.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "oracle.hpp"

namespace an::io {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void expect_same(std::optional<double> found, double expected, const std::string& text) {
  ASSERT_TRUE(found.has_value()) << text;
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(*found)) << text;
  else
    EXPECT_EQ(std::bit_cast<std::uint64_t>(*found), std::bit_cast<std::uint64_t>(expected)) << text;
}

TEST(PythonFloat, AgreesWithThePythonCases) {
  for (const auto& test : testing::function_cases("float_token")) {
    const std::string text = test.at("in").get<std::string>();
    if (test.at("out").contains("ok"))
      expect_same(parse_python_float(text), testing::number(test.at("out").at("ok")), text);
    else
      EXPECT_FALSE(parse_python_float(text)) << text;
  }
}

TEST(PythonFloat, TakesWhiteSpaceAround) {
  for (const char* text : {" 5", "5\t", "\n5\v\f\r", "\u00A05\u3000", "\u2028 5 \u0085"})
    expect_same(parse_python_float(text), 5, text);
}

TEST(PythonFloat, TakesSeparatorCharactersForNoWhiteSpace) {
  EXPECT_FALSE(
      parse_python_float("\x1c"
                         "5"));
  EXPECT_FALSE(parse_python_float("5\x1f"));
}

TEST(PythonFloat, TakesUnderscoresBetweenDigitsOnly) {
  expect_same(parse_python_float("1_0.0_1e1_0"), 10.01e10, "1_0.0_1e1_0");
  for (const char* text : {"_1", "1_", "1__0", "1_.5", "1._5", "1_e5", "1e_5", "1e5_", "in_f", "-_1"})
    EXPECT_FALSE(parse_python_float(text)) << text;
}

TEST(PythonFloat, TakesDigitsOfAnyScript) {
  expect_same(parse_python_float("\u0661\u0662.\u0665"), 12.5, "Arabic-Indic");
  expect_same(parse_python_float("\uFF11e\uFF12"), 100, "full width");
  expect_same(parse_python_float("-\U0001D7D8\U0001D7E1"), -9, "mathematical");
  EXPECT_FALSE(parse_python_float("\u00B2")) << "a superscript is no decimal digit";
  EXPECT_FALSE(parse_python_float("\u22125")) << "a minus sign is no hyphen";
}

TEST(PythonFloat, TakesSpecialValuesInAnyCase) {
  for (const char* text : {"inf", "+INF", "iNfInItY"}) expect_same(parse_python_float(text), infinity, text);
  expect_same(parse_python_float("-Infinity"), -infinity, "-Infinity");
  expect_same(parse_python_float("-nAn"), std::nan(""), "-nAn");
  for (const char* text : {"infinit", "nan(1)", "--inf", "+-nan", "in f"})
    EXPECT_FALSE(parse_python_float(text)) << text;
}

TEST(PythonFloat, OverflowsToInfinityAndUnderflowsToZero) {
  expect_same(parse_python_float("1e400"), infinity, "1e400");
  expect_same(parse_python_float("-1e99999999999999999999"), -infinity, "-1e99999999999999999999");
  expect_same(parse_python_float("-1e-400"), -0.0, "-1e-400");
  expect_same(parse_python_float("0e99999999999999999999"), 0, "0e99999999999999999999");
  expect_same(parse_python_float("1.7976931348623159e308"), infinity, "just above the largest");
}

TEST(PythonFloat, RoundsToTheNearestEven) {
  expect_same(parse_python_float("2.4703282292062327208e-324"), 0, "half of the smallest, rounded down");
  expect_same(parse_python_float("2.4703282292062327209e-324"), 5e-324, "above half of the smallest");
  expect_same(parse_python_float("9007199254740993"), 9007199254740992.0, "2^53 + 1");
  expect_same(parse_python_float("9007199254740993.000000000000000000000000001"), 9007199254740994.0, "above 2^53 + 1");
  expect_same(parse_python_float("1" + std::string(308, '0')), 1e308, "309 digits");
}

TEST(PythonFloat, RefusesWhatIsNotUtf8) {
  EXPECT_FALSE(parse_python_float("1\xff"));
  EXPECT_FALSE(parse_python_float("\xe2\x80"));
  EXPECT_FALSE(parse_python_float(std::string("1\0", 2)));
}

TEST(NumpyFloat, DiffersFromPythonsInUnderscoresDigitsAndSeparators) {
  expect_same(parse_numpy_float("\x1c 5\u2003"), 5, "separator as white space");
  expect_same(parse_numpy_float("+1.5E2"), 150, "+1.5E2");
  expect_same(parse_numpy_float("-inf"), -infinity, "-inf");
  for (const char* text : {"1_0", "\u0661", "0x10", "1d5", "1e", "", " ", "nan(5)", "1j"})
    EXPECT_FALSE(parse_numpy_float(text)) << text;
}

TEST(PlainNumber, EndsWhereTheNumberEnds) {
  const std::string text = "-12.5e1,x";
  double value = 0;
  EXPECT_EQ(scan_plain_number(text.data(), text.data() + text.size(), value), text.data() + 7);
  EXPECT_EQ(value, -125);
}

TEST(PlainNumber, LeavesOddTextToOthers) {
  double value = 0;
  for (const std::string text : {"", "-", "+1", " 1", "nan", "-inf", "x", "1e400"})
    EXPECT_EQ(scan_plain_number(text.data(), text.data() + text.size(), value), nullptr) << text;
}

TEST(PlainNumber, KeepsEveryDigitOfLongWholeNumbers) {
  for (const char* digits : {"7", "123456789012345", "1234567890123456", "12345678901234567890123"}) {
    const std::string text = digits;
    double value = 0;
    EXPECT_EQ(scan_plain_number(text.data(), text.data() + text.size(), value), text.data() + text.size()) << text;
    EXPECT_EQ(value, std::stod(text)) << text;
  }
}

}  // namespace
}  // namespace an::io
