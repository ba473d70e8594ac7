// SPDX-License-Identifier: MIT
#include "report/roofline_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "report/svg.hpp"

namespace an::report {

namespace {

using Anchor = Svg::Anchor;

constexpr double left = 64, top = 14, width = 480, height = 320, below = 52, line_height = 17;

// Whole decades, from 10^low to 10^high.
struct Decades {
  int low, high;

  Decades(double least, double most)
      : low(static_cast<int>(std::floor(std::log10(least)))),
        high(std::max(low + 1, static_cast<int>(std::ceil(std::log10(most))))) {}
  double share(double value) const { return (std::log10(value) - low) / (high - low); }
};

struct Axes {
  Decades x, y;

  double at_x(double intensity) const { return left + width * x.share(intensity); }
  double at_y(double rate) const { return top + height * (1 - y.share(rate)); }
};

Axes axes_of(const RooflineChart& chart) {
  double least_x = 1, most_x = 1, least_y = 1, most_y = 1;
  for (const RooflineSeries& series : chart.series)
    for (const RooflineMark& mark : series.marks) {
      least_x = std::min(least_x, mark.intensity);
      most_x = std::max(most_x, mark.intensity);
      least_y = std::min(least_y, mark.rate);
      most_y = std::max(most_y, mark.rate);
    }
  for (const Roof& roof : chart.roofs) {
    most_x = std::max(most_x, roof.peak / chart.bandwidth);
    most_y = std::max(most_y, roof.peak);
  }
  const Decades x(least_x, most_x);
  return {x, {std::min(least_y, chart.bandwidth * std::pow(10, x.low)), most_y}};
}

void draw_axes(Svg& svg, const Axes& axes) {
  for (int power = axes.x.low; power <= axes.x.high; ++power) {
    const double at = axes.at_x(std::pow(10, power));
    svg.line(at, top, at, top + height, "#e8e8e8");
    svg.text(at, top + height + 17, fmt::format("{:g}", std::pow(10, power)), Anchor::middle);
  }
  for (int power = axes.y.low; power <= axes.y.high; ++power) {
    const double at = axes.at_y(std::pow(10, power));
    svg.line(left, at, left + width, at, "#e8e8e8");
    svg.text(left - 7, at + 4, fmt::format("{:g}", std::pow(10, power)), Anchor::end);
  }
  svg.line(left, top + height, left + width, top + height, "#222");
  svg.line(left, top, left, top + height, "#222");
  svg.text(left + width / 2, top + height + 36, "FLOP/byte", Anchor::middle, 12);
  svg.upward_text(14, top + height / 2, "GFLOP/s", 12);
}

void draw_roof(Svg& svg, const Axes& axes, const Roof& roof, double bandwidth) {
  const double low = std::pow(10, axes.x.low);
  svg.polyline({{left, axes.at_y(bandwidth * low)},
                {axes.at_x(roof.peak / bandwidth), axes.at_y(roof.peak)},
                {left + width, axes.at_y(roof.peak)}},
               "#222", 1.2);
  svg.text(left + 6, axes.at_y(roof.peak) + 4, fmt::format("{}: {:.0f} GFLOP/s", roof.name, roof.peak));
}

}  // namespace

std::string roofline_chart_svg(const RooflineChart& chart) {
  const Axes axes = axes_of(chart);
  Svg svg(left + width + 28, top + height + below + line_height * static_cast<double>(chart.series.size()),
          "Attainable GFLOP/s by FLOP/byte, and what kernels reach");
  draw_axes(svg, axes);
  for (const Roof& roof : chart.roofs) draw_roof(svg, axes, roof, chart.bandwidth);
  svg.text(left + 26, axes.at_y(chart.bandwidth * std::pow(10, axes.x.low)) - 4,
           fmt::format("{:.1f} GB/s", chart.bandwidth));
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const std::string_view colour = series_colour(i);
    for (const RooflineMark& mark : chart.series[i].marks)
      svg.circle(axes.at_x(mark.intensity), axes.at_y(mark.rate), 2.5, colour,
                 fmt::format("{}: {:.1f} FLOP/byte, {:.1f} GFLOP/s", mark.name, mark.intensity, mark.rate));
    const double y = top + height + below + line_height * static_cast<double>(i);
    svg.circle(left + 4, y, 4, colour);
    svg.text(left + 14, y + 4, chart.series[i].name);
  }
  return svg.finish();
}

}  // namespace an::report
