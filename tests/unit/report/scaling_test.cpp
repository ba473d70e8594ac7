// SPDX-License-Identifier: MIT
#include "report/scaling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string_view>

#include "report/line_chart.hpp"
#include "report/svg.hpp"
#include "report/text_table.hpp"

namespace an::report {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ScalingTables, GiveBackTheSerialFractionThatTimesWereMadeWith) {
  // Amdahl: 10 s, a tenth of it serial.
  std::vector<StageTime> times;
  for (const std::size_t ranks : {1U, 2U, 4U, 8U})
    times.push_back({"solve", ranks, 1, 36, 1.0 + 9.0 / static_cast<double>(ranks), -1});
  const auto tables = scaling_tables(times);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_FALSE(tables[0].weak);
  ASSERT_EQ(tables[0].rows.size(), 4U);
  EXPECT_TRUE(std::isnan(tables[0].rows[0].serial_fraction));
  EXPECT_TRUE(std::isnan(tables[0].rows[0].working));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_THAT(tables[0].rows[i].serial_fraction, DoubleNear(0.1, 1e-12));
  EXPECT_THAT(tables[0].rows[2].speed_up, DoubleNear(10 / 3.25, 1e-12));
  EXPECT_THAT(tables[0].rows[2].efficiency, DoubleNear(10 / 3.25 / 4, 1e-12));
}

TEST(ScalingTables, TakeWeakScalingFromEquallyManyItemsACore) {
  // Gustafson: a fifth of the time is serial on any number of ranks: S = n - (n - 1)/5.
  const std::vector<StageTime> times{
      {"solve", 1, 1, 36, 10, -1}, {"solve", 2, 1, 72, 10 * 2 / 1.8, -1}, {"track", 2, 1, 36, 1, -1}};
  const auto tables = scaling_tables(times);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_TRUE(tables[0].weak);
  EXPECT_THAT(tables[0].rows[1].speed_up, DoubleNear(1.8, 1e-12));
  EXPECT_THAT(tables[0].rows[1].efficiency, DoubleNear(0.9, 1e-12));
  EXPECT_THAT(tables[0].rows[1].serial_fraction, DoubleNear(0.2, 1e-12));
}

TEST(ScalingTables, CombineRepeatsToMedianAndRange) {
  const std::vector<StageTime> times{
      {"track", 2, 1, 9, 3, 4}, {"track", 1, 1, 9, 5, 5}, {"track", 2, 1, 9, 9, 4}, {"track", 2, 1, 9, 4, 4}};
  const auto tables = scaling_tables(times);
  ASSERT_EQ(tables.size(), 1U);
  const ScalingRow& row = tables[0].rows.at(1);
  EXPECT_EQ(row.runs, 3U);
  EXPECT_EQ(row.seconds, 4);
  EXPECT_EQ(row.least, 3);
  EXPECT_EQ(row.most, 9);
  EXPECT_THAT(row.working, DoubleNear(0.5, 1e-12));  // median of 4/6, 4/18 and 4/8
  EXPECT_THAT(row.speed_up, DoubleNear(1.25, 1e-12));
}

TEST(ScalingTables, CountThreadsAsCores) {
  const std::vector<StageTime> times{
      {"predict: solve", 1, 1, 9, 8, -1}, {"predict: solve", 1, 4, 9, 4, -1}, {"predict: solve", 4, 1, 9, 2, -1}};
  const auto tables = scaling_tables(times);
  ASSERT_EQ(tables.size(), 1U);
  ASSERT_EQ(tables[0].rows.size(), 3U);
  EXPECT_THAT(tables[0].rows[1].efficiency, DoubleNear(0.5, 1e-12));  // one rank of four threads
  EXPECT_THAT(tables[0].rows[2].efficiency, DoubleNear(1, 1e-12));
}

TEST(ScalingTables, AreNoneWhereNothingCanBeCompared) {
  EXPECT_TRUE(scaling_tables(std::vector<StageTime>{{"solve", 1, 1, 9, 8, -1}, {"solve", 1, 1, 18, 8, -1}}).empty());
  EXPECT_TRUE(scaling_tables({}).empty());
}

TEST(LineChart, DrawsEveryLineOnceWithATickAtEachX) {
  const std::string svg = line_chart_svg(
      {"ranks", "efficiency", 1, false, {{"a < b", {{1, 1}, {2, 0.9}, {4096, 0.5}}}, {"c", {{2, 0.8}}}}});
  EXPECT_THAT(svg, HasSubstr(">4096</text>"));
  EXPECT_THAT(svg, HasSubstr("a &lt; b"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(line_chart_svg({"ranks", "efficiency", 1, true, {}}), Not(HasSubstr("nan")));
}

TEST(LineChart, GivesEightLinesColoursOfTheirOwn) {
  std::set<std::string_view> colours;
  for (std::size_t line = 0; line < 8; ++line) colours.insert(series_colour(line));
  EXPECT_EQ(colours.size(), 8U);
}

TEST(TextTable, IsWrittenAsMarkdown) {
  TextTable table({"stage", "seconds"});
  table.add_row({{"solve"}, {"1.5", true}});
  EXPECT_EQ(table.markdown(), "| stage | seconds |\n| --- | ---: |\n| solve | **1.5** |\n");
}

}  // namespace
}  // namespace an::report
