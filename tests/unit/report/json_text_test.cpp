// SPDX-License-Identifier: MIT
#include "report/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace an::report {
namespace {

using ::testing::ElementsAre;

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(JsonText, ReadsBackToTheSameNumbers) {
  const Json json{{"a", {0.1, 1e300, 3}}, {"b", {INFINITY, -INFINITY, NAN}}, {"c", Json::object()}};
  const Json read = parse_json(json_text(json));
  EXPECT_EQ(read["a"], json["a"]);
  EXPECT_EQ(number_of(read["b"][0]), INFINITY);
  EXPECT_EQ(number_of(read["b"][1]), -INFINITY);
  EXPECT_TRUE(std::isnan(number_of(read["b"][2])));
  EXPECT_TRUE(read["c"].is_object());
}

TEST(JsonText, IsRefusedWhereItNestsTooDeep) {
  EXPECT_NO_THROW(parse_json(nested(100)));
  EXPECT_THROW(parse_json(nested(101)), UnexpectedJson);
  EXPECT_THROW(parse_json(nested(10'000'000)), UnexpectedJson);
  EXPECT_THROW(parse_json(std::string(200, '[')), UnexpectedJson);
  EXPECT_THROW(parse_json("[1"), Json::exception);
}

TEST(JsonText, BracketsInTextsDoNotNest) {
  EXPECT_FALSE(nests_too_deep('"' + std::string(500, '[') + '"'));
  EXPECT_FALSE(nests_too_deep(R"("\")" + std::string(500, '{') + '"'));
  EXPECT_TRUE(nests_too_deep(R"(["\\",)" + std::string(500, '{')));
}

TEST(JsonCounts, AreWholeNumbersThatCanBeSummed) {
  EXPECT_EQ(count_of(Json(7)), 7);
  EXPECT_EQ(count_of(Json(1e15)), 1'000'000'000'000'000);
  EXPECT_THROW(count_of(Json(-1)), UnexpectedJson);
  EXPECT_THROW(count_of(Json(INT64_MAX)), UnexpectedJson);
  EXPECT_THROW(count_of(Json("7")), Json::exception);
  EXPECT_EQ(index_of(Json(2147483647)), 2147483647);
  EXPECT_THROW(index_of(Json(2147483648)), UnexpectedJson);
  EXPECT_THAT(counts_of(Json{1, 2}, 2), ElementsAre(1, 2));
  EXPECT_THROW(counts_of(Json{1, 2}, 3), UnexpectedJson);
  EXPECT_THROW(counts_of(Json(1), 1), UnexpectedJson);
}

}  // namespace
}  // namespace an::report
