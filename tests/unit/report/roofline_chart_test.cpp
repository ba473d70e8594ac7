// SPDX-License-Identifier: MIT
#include "report/roofline_chart.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <utility>

namespace an::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Places = std::vector<std::pair<double, double>>;

// Centres of the marks, which have titles, in their order.
Places marks_in(const std::string& svg) {
  static const std::regex mark(R"re(<circle cx="([0-9.]+)" cy="([0-9.]+)"[^>]*><title>)re");
  Places places;
  for (std::sregex_iterator at(svg.begin(), svg.end(), mark), end; at != end; ++at)
    places.emplace_back(std::stod((*at)[1]), std::stod((*at)[2]));
  return places;
}

TEST(RooflineChart, PutsAKernelThatReachesBothPeaksIntoTheCornerOfItsRoof) {
  const std::string svg = roofline_chart_svg({20, {{"f32", 400}}, {{"net", {{"layer", 20, 400}}}}});
  const Places marks = marks_in(svg);
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_THAT(svg, HasSubstr(fmt::format(" {:.1f},{:.1f} ", marks[0].first, marks[0].second)));
}

TEST(RooflineChart, GivesEachDecadeTheSameLength) {
  const Places marks = marks_in(roofline_chart_svg({1, {}, {{"net", {{"a", 1, 2}, {"b", 10, 20}, {"c", 100, 200}}}}}));
  ASSERT_EQ(marks.size(), 3U);
  EXPECT_NEAR(marks[1].first - marks[0].first, marks[2].first - marks[1].first, 0.11);
  EXPECT_NEAR(marks[0].second - marks[1].second, marks[1].second - marks[2].second, 0.11);
  EXPECT_GT(marks[0].second, marks[1].second);
}

TEST(RooflineChart, NamesRoofsSeriesAndMarks) {
  const std::string svg = roofline_chart_svg({12.3, {{"f32", 249}}, {{"small, f32", {{"a < b", 8, 156.4}}}}});
  EXPECT_THAT(svg, HasSubstr("f32: 249 GFLOP/s</text>"));
  EXPECT_THAT(svg, HasSubstr("12.3 GB/s</text>"));
  EXPECT_THAT(svg, HasSubstr("small, f32</text>"));
  EXPECT_THAT(svg, HasSubstr("<title>a &lt; b: 8.0 FLOP/byte, 156.4 GFLOP/s</title>"));
  EXPECT_THAT(roofline_chart_svg({1, {}, {}}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace an::report
