// SPDX-License-Identifier: MIT
#include "report/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace an::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

std::string drawn(const Axis& axis, const std::vector<std::pair<double, double>>& pairs) {
  HeatMap map(axis);
  for (const auto& [truth, prediction] : pairs) map.add(truth, prediction);
  return map.svg("segments");
}

TEST(HeatMap, CountsFinitePairsOfOneSquareTogether) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = drawn({"alpha", 0, 2}, {{0.51, 0.51}, {0.52, 0.52}, {1.5, 0.5}, {nan, 1}, {1, nan}});
  EXPECT_THAT(svg, HasSubstr("3 segments</title>"));  // of the whole picture
  EXPECT_EQ(count_of(svg, "<title>2 segments"), 1U);
  EXPECT_EQ(count_of(svg, "<title>1 segments"), 1U);
}

TEST(HeatMap, KeepsWhatLiesBeyondItsAxesAtTheEdge) {
  const std::string svg = drawn({"K", 1e-3, 100, true}, {{0, 0}, {1e9, 1e9}});
  EXPECT_EQ(count_of(svg, "<title>1 segments"), 2U);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(HeatMap, IsDrawnWithoutPairs) { EXPECT_THAT(drawn({"alpha", 0, 2}, {}), HasSubstr("0 segments")); }

TEST(Histogram, NumbersItsBars) {
  const std::string svg = histogram_svg("error", -1, std::vector<std::int64_t>{1, 6, 3});
  EXPECT_THAT(svg, HasSubstr("-1 frames: 1 of 10"));
  EXPECT_THAT(svg, HasSubstr("0 frames: 6 of 10"));
  EXPECT_THAT(svg, HasSubstr("1 frames: 3 of 10"));
  EXPECT_THAT(svg, HasSubstr(">60 %<"));
}

TEST(Confusion, IsReadFromFourRowsOfFourCounts) {
  Json json = StateCounts{{{1, 2, 3, 4}}};
  EXPECT_EQ(state_counts_of(json)[0][3], 4);
  json[3].erase(0);
  EXPECT_THROW(state_counts_of(json), UnexpectedJson);
  json.erase(3);
  EXPECT_THROW(state_counts_of(json), Json::exception);
}

TEST(Confusion, SharesAreOfEachRow) {
  StateCounts counts{};
  counts[2] = {0, 1, 3, 0};
  const std::string svg = confusion_svg(counts);
  EXPECT_EQ(count_of(svg, ">75.0 %<"), 1U);
  EXPECT_EQ(count_of(svg, ">25.0 %<"), 1U);
  EXPECT_EQ(count_of(svg, ">0.0 %<"), 2U);  // rows without segments have no shares
}

TEST(Trajectories, ChangeColourWithTheState) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const DiffusiveState free = DiffusiveState::free;
  const DiffusiveState immobile = DiffusiveState::immobile;
  const std::vector<DrawnTrajectory> drawn{
      {{0, 1, nan, 3, 4}, {0, 1, nan, 3, 4}, {free, free, free, immobile, immobile}, {3, 2}},
      {{nan}, {nan}, {free}, {0}}};
  const std::string svg = trajectories_svg(drawn, view_of(drawn));
  EXPECT_EQ(count_of(svg, "<polyline"), 2U);
  EXPECT_EQ(count_of(svg, "r=\"2.6\""), 1U);  // none where the particle was not found
  EXPECT_THAT(trajectories_svg({}, view_of({})), Not(HasSubstr("inf")));
  const View view = view_of(drawn);
  EXPECT_EQ(view.left, 0);
  EXPECT_EQ(view.top, 4);
  EXPECT_EQ(view.side, 4);
}

TEST(Rates, HasABarForEachClassWithCases) {
  const std::vector<Rate> rates{{"1-2", 4, 1}, {"2-3", 0, 0}};
  const std::string svg = rates_svg("ratio of K", rates);
  EXPECT_THAT(svg, HasSubstr("1-2: 1 of 4 found"));
  EXPECT_THAT(svg, HasSubstr("height=\"70.00\""));  // a quarter of 280
  EXPECT_THAT(svg, HasSubstr(">n 0<"));
  EXPECT_EQ(count_of(svg, "of 0 found"), 0U);
  // Wilson's interval of 1 of 4 is 4.6 to 69.9 %.
  EXPECT_THAT(svg, HasSubstr("y1=\"279.24\""));
  EXPECT_THAT(svg, HasSubstr("y2=\"96.18\""));
}

TEST(Reliability, DrawsBinsWithCasesWhereTheyBelong) {
  const std::vector<ReliabilityBin> bins{{0.5, 10, 5}, {0.9, 0, 0}};
  const std::string svg = reliability_svg("probability", bins);
  EXPECT_THAT(svg, HasSubstr("<circle cx=\"196.0\" cy=\"152.0\""));  // the middle of the plot
  EXPECT_EQ(count_of(svg, "<circle"), 1U);
}

}  // namespace
}  // namespace an::report
