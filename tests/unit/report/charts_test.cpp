// SPDX-License-Identifier: MIT
#include "report/charts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace an::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(BarChart, SaysEachValueAndLeavesOutUnknownOnes) {
  BarChart chart{"Errors", "MAE", {"free", "traps"}, {"a", "b"}, {{{0.25, 0.2, 0.3}, {0.5}}, {{0.125}, {}}}, {}};
  chart.lines = {{"the paper", 0.4}};
  const std::string svg = bar_chart_svg(chart);
  EXPECT_THAT(svg, HasSubstr("<title>free, a: 0.25 [0.2, 0.3]</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>traps, a: 0.5</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>free, b: 0.125</title>"));
  EXPECT_THAT(svg, Not(HasSubstr("traps, b:")));
  EXPECT_THAT(svg, HasSubstr("the paper"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(BarChart, HeightsAreInProportion) {
  // The axis goes to 0.5, 220 points high.
  const std::string svg = bar_chart_svg({"t", "v", {"g"}, {"a", "b"}, {{{0.5}}, {{0.125}}}, {}});
  EXPECT_THAT(svg, HasSubstr("height=\"220.00\""));
  EXPECT_THAT(svg, HasSubstr("height=\"55.00\""));
}

TEST(BarChart, IsDrawnWithoutValues) { EXPECT_THAT(bar_chart_svg({"t", "v", {}, {}, {}, {}}), Not(HasSubstr("nan"))); }

TEST(Density, DrawsALineADensityAndNamesIt) {
  const std::string svg = density_svg({"K", 1e-2, 10, true}, {{"all", {0.25, 0.75}}, {"traps", {1, 0}}});
  std::size_t lines = 0;
  for (std::size_t at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1)) ++lines;
  EXPECT_EQ(lines, 2U);
  EXPECT_THAT(svg, HasSubstr(">traps<"));
  EXPECT_THAT(svg, HasSubstr(">100 %<"));
  EXPECT_THAT(svg, HasSubstr(">0.1<"));
}

}  // namespace
}  // namespace an::report
