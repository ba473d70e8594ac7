// SPDX-License-Identifier: MIT
#include "report/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace an::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const double nan = std::nan("");

ComparisonTable example() {
  ComparisonTable table{"table_9", "Scores", "The paper", "experiment", {}, {}, {"A note."}};
  table.columns = {{"jsc_cp", "JSC CP", Better::larger, 2}, {"mae_alpha", "MAE", Better::smaller, 3}};
  table.blocks = {{"1", {0.5, 0.25}, {{"unet", {{0.625, 0.6, 0.75}, {0.5, 0.375, 0.75}}}, {"other", {{0.125}, {}}}}},
                  {"2", {nan, nan}, {{"unet", {{1, 1, 1}, {0, -INFINITY, INFINITY}}}}}};
  return table;
}

TEST(Verdict, NeedsTheWholeIntervalOnOneSide) {
  EXPECT_EQ(verdict_of({0.6, 0.55, 0.7}, 0.5, Better::larger), Verdict::better);
  EXPECT_EQ(verdict_of({0.6, 0.55, 0.7}, 0.5, Better::smaller), Verdict::worse);
  EXPECT_EQ(verdict_of({0.4, 0.3, 0.45}, 0.5, Better::larger), Verdict::worse);
  EXPECT_EQ(verdict_of({0.4, 0.3, 0.45}, 0.5, Better::smaller), Verdict::better);
  EXPECT_EQ(verdict_of({0.4, 0.3, 0.5}, 0.5, Better::smaller), Verdict::alike);
}

TEST(Verdict, IsUnknownWithoutIntervalPublishedValueOrSense) {
  EXPECT_EQ(verdict_of({0.4}, 0.5, Better::smaller), Verdict::unknown);
  EXPECT_EQ(verdict_of({0.4, 0.4, 0.4}, 0.5, Better::smaller), Verdict::unknown);
  EXPECT_EQ(verdict_of({0.4, 0.3, 0.45}, nan, Better::smaller), Verdict::unknown);
  EXPECT_EQ(verdict_of({0.4, 0.3, 0.45}, 0.5, Better::neither), Verdict::unknown);
}

TEST(ComparisonTable, NamesIntervalsByTheirConfidence) {
  EXPECT_EQ(interval_name(0.95), "95 % interval");
  EXPECT_EQ(interval_name(0.9), "90 % interval");
  EXPECT_EQ(interval_name(0.57), "57 % interval");
  EXPECT_EQ(interval_name(0.999), "99.9 % interval");
  EXPECT_EQ(shown_table(example(), 0.9).rows.at(2).at(1).text, "90 % interval");
}

TEST(ComparisonTable, ShowsThePublishedValuesAboveOursWithMarksAndIntervals) {
  const Table shown = shown_table(example(), 0.95);
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : shown.rows) {
    rows.emplace_back();
    for (const TableCell& cell : row) rows.back().push_back((cell.bold ? "*" : "") + cell.text);
  }
  const std::vector<std::vector<std::string>> expected{{"1", "published", "0.50", "0.250"},
                                                       {"", "unet", "*0.62 (+)", "0.500 (-)"},
                                                       {"", "95 % interval", "[0.60, 0.75]", "[0.375, 0.750]"},
                                                       {"", "other", "0.12", "-"},
                                                       {"2", "unet", "1.00", "0.000"},
                                                       {"", "95 % interval", "[1.00, 1.00]", "[-inf, inf]"}};
  EXPECT_EQ(rows, expected);
  EXPECT_EQ(shown.header, (std::vector<std::string>{"experiment", "", "JSC CP", "MAE"}));
}

TEST(ComparisonTable, CsvHasALineAValue) {
  EXPECT_EQ(comparison_csv(example()),
            "experiment,method,metric,value,low,high,published,verdict\n"
            "1,unet,jsc_cp,0.625,0.6,0.75,0.5,better\n"
            "1,unet,mae_alpha,0.5,0.375,0.75,0.25,worse\n"
            "1,other,jsc_cp,0.125,,,0.5,\n"
            "1,other,mae_alpha,,,,0.25,\n"
            "2,unet,jsc_cp,1.0,1.0,1.0,,\n"
            "2,unet,mae_alpha,0.0,-inf,inf,,\n");
}

TEST(ComparisonTable, JsonReadsBackToTheSame) {
  const std::string text = json_text(comparison_json(example()));
  EXPECT_THAT(text, HasSubstr("\"nan\""));
  const ComparisonTable read = comparison_of(Json::parse(text));
  EXPECT_EQ(comparison_csv(read), comparison_csv(example()));
  EXPECT_EQ(table_markdown(shown_table(read, 0.95)), table_markdown(shown_table(example(), 0.95)));
  EXPECT_EQ(read.notes, example().notes);
  EXPECT_EQ(read.source, "The paper");
}

TEST(ComparisonTable, OfOtherThanAValueAColumnIsRefused) {
  const Json good = parse_json(json_text(comparison_json(example())));
  Json published = good, ours = good, estimate = good, decimals = good;
  published["blocks"][0]["published"].push_back(1);
  EXPECT_THROW(comparison_of(published), UnexpectedJson);
  ours["blocks"][0]["ours"][0]["values"].erase(1);
  EXPECT_THROW(comparison_of(ours), UnexpectedJson);
  estimate["blocks"][0]["ours"][0]["values"][0].erase(2);
  EXPECT_THROW(comparison_of(estimate), UnexpectedJson);
  decimals["columns"][0]["decimals"] = -1;
  EXPECT_THROW(comparison_of(decimals), UnexpectedJson);
}

}  // namespace
}  // namespace an::report
