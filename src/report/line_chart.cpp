// SPDX-License-Identifier: MIT
#include "report/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "report/svg.hpp"

namespace an::report {

namespace {

using Anchor = Svg::Anchor;

constexpr double left = 56, top = 14, width = 360, height = 240, below = 46, line_height = 17;

void draw_axes(Svg& svg, const LineChart& chart, const std::set<double>& ticks, const auto& at_x, const auto& at_y) {
  constexpr int steps = 5;
  svg.line(left, top + height, left + width, top + height, "#222");
  svg.line(left, top, left, top + height, "#222");
  for (const double tick : ticks) {
    svg.line(at_x(tick), top + height, at_x(tick), top + height + 4, "#222");
    svg.text(at_x(tick), top + height + 17, fmt::format("{:g}", tick), Anchor::middle);
  }
  for (int i = 0; i <= steps; ++i) {
    const double value = chart.highest * i / steps;
    svg.line(left - 4, at_y(value), left, at_y(value), "#222");
    svg.line(left, at_y(value), left + width, at_y(value), "#e8e8e8");
    svg.text(left - 7, at_y(value) + 4, fmt::format("{:.3g}", value), Anchor::end);
  }
  svg.text(left + width / 2, top + height + 36, chart.x_name, Anchor::middle, 12);
  svg.upward_text(14, top + height / 2, chart.y_name, 12);
}

}  // namespace

std::string line_chart_svg(const LineChart& chart) {
  std::set<double> ticks;
  for (const ChartLine& line : chart.lines)
    for (const auto& point : line.points) ticks.insert(point.first);
  const double low = ticks.empty() ? 1 : *ticks.begin();
  const double high = ticks.empty() ? 2 : std::max(*ticks.rbegin(), 2 * low);
  const auto at_x = [&](double x) { return left + width * std::log(x / low) / std::log(high / low); };
  const auto at_y = [&](double y) { return top + height * (1 - std::clamp(y / chart.highest, 0.0, 1.0)); };
  Svg svg(left + width + 14, top + height + below + line_height * static_cast<double>(chart.lines.size()),
          fmt::format("{} by {}", chart.y_name, chart.x_name));
  draw_axes(svg, chart, ticks, at_x, at_y);
  if (chart.diagonal) {
    std::vector<std::pair<double, double>> ideal;
    for (const double tick : ticks) ideal.emplace_back(at_x(tick), at_y(tick));
    svg.polyline(ideal, "#999", 1);
  }
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    const std::string_view colour = series_colour(i);
    std::vector<std::pair<double, double>> places;
    for (const auto& point : chart.lines[i].points) places.emplace_back(at_x(point.first), at_y(point.second));
    svg.polyline(places, colour, 1.6);
    for (const auto& place : places) svg.circle(place.first, place.second, 3, colour);
    const double y = top + height + below + line_height * static_cast<double>(i);
    svg.circle(left + 4, y, 4, colour);
    svg.text(left + 14, y + 4, chart.lines[i].name);
  }
  return svg.finish();
}

}  // namespace an::report
