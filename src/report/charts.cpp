// SPDX-License-Identifier: MIT
#include "report/charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg.hpp"

namespace an::report {

namespace {

using Anchor = Svg::Anchor;

constexpr double left = 62, right = 14, top = 14, plot_height = 220, below = 24, legend_row = 18;

// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `value`.
double round_up(double value) {
  if (!(value > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0})
    if (value <= factor * power * (1 + 1e-12)) return factor * power;
  return 10 * power;
}

double highest(const BarChart& chart) {
  double most = 0;
  for (const auto& series : chart.values)
    for (const Estimate& e : series)
      for (const double value : {e.value, e.high})
        if (std::isfinite(value)) most = std::max(most, value);
  for (const ReferenceLine& line : chart.lines) most = std::max(most, line.value);
  return most;
}

double legend_rows(std::size_t entries, double width, double entry) {
  const double in_row = std::max(1.0, std::floor(width / entry));
  return std::ceil(static_cast<double>(entries) / in_row);
}

// Names beside coloured marks, in rows.
void draw_legend(Svg& svg, double y, double width, double entry, const std::vector<std::string>& names) {
  const auto in_row = static_cast<std::size_t>(std::max(1.0, std::floor(width / entry)));
  for (std::size_t s = 0; s < names.size(); ++s) {
    const double x = left + entry * static_cast<double>(s % in_row);
    const std::size_t row = s / in_row;
    const double at = y + legend_row * static_cast<double>(row);
    svg.rectangle(x, at - 9, 10, 10, series_colour(s));
    svg.text(x + 14, at, names[s]);
  }
}

void draw_bar(Svg& svg, const BarChart& chart, std::size_t series, std::size_t group, double x, double width,
              double scale) {
  const Estimate& e = chart.values[series][group];
  if (!std::isfinite(e.value)) return;
  const double base = top + plot_height;
  const std::string interval = e.has_interval() ? fmt::format(" [{:.4g}, {:.4g}]", e.low, e.high) : "";
  svg.rectangle(x, base - scale * e.value, width, scale * e.value, series_colour(series),
                fmt::format("{}, {}: {:.4g}{}", chart.groups[group], chart.series[series], e.value, interval));
  if (!e.has_interval()) return;
  const double middle = x + width / 2;
  svg.line(middle, base - scale * e.low, middle, base - scale * e.high, "#222");
  for (const double end : {e.low, e.high})
    svg.line(middle - 2.5, base - scale * end, middle + 2.5, base - scale * end, "#222");
}

}  // namespace

std::string bar_chart_svg(const BarChart& chart) {
  constexpr double bar = 13, gap = 16, least_group = 92, legend_entry = 180;
  const double most = round_up(highest(chart));
  const double scale = plot_height / most;
  const double bars = bar * static_cast<double>(chart.series.size());
  const double step = std::max(least_group, bars + gap);
  const double width = step * static_cast<double>(std::max<std::size_t>(1, chart.groups.size()));
  const double base = top + plot_height;
  Svg svg(left + width + right, base + below + legend_row * (1 + legend_rows(chart.series.size(), width, legend_entry)),
          chart.title);
  constexpr int ticks = 5;
  for (int i = 0; i <= ticks; ++i) {
    const double y = base - plot_height * i / ticks;
    svg.line(left, y, left + width, y, i == 0 ? "#222" : "#ddd");
    svg.text(left - 6, y + 4, fmt::format("{:g}", most * i / ticks), Anchor::end);
  }
  for (std::size_t g = 0; g < chart.groups.size(); ++g) {
    const double middle = left + step * (static_cast<double>(g) + 0.5);
    svg.text(middle, base + 17, chart.groups[g], Anchor::middle);
    for (std::size_t s = 0; s < chart.series.size(); ++s)
      draw_bar(svg, chart, s, g, middle - bars / 2 + bar * static_cast<double>(s) + 1, bar - 2, scale);
  }
  for (std::size_t l = 0; l < chart.lines.size(); ++l) {
    const double y = base - scale * chart.lines[l].value;
    constexpr double dash = 5, dash_step = 9;
    for (int i = 0; i * dash_step < width; ++i) {
      const double x = left + i * dash_step;
      svg.line(x, y, std::min(x + dash, left + width), y, "#a00", 1.2);
    }
    svg.text(left + width, l % 2 == 0 ? y - 4 : y + 12, chart.lines[l].name, Anchor::end, 10, "#a00");
  }
  svg.upward_text(14, top + plot_height / 2, chart.value_name, 12);
  draw_legend(svg, base + below + legend_row, width, legend_entry, chart.series);
  return svg.finish();
}

std::string density_svg(const Axis& axis, const std::vector<Density>& densities) {
  constexpr double width = 420, legend_entry = 130;
  double most = 0;
  for (const Density& d : densities)
    for (const double share : d.share) most = std::max(most, share);
  most = round_up(most);
  const double base = top + plot_height;
  Svg svg(left + width + right,
          base + below + 16 + legend_row * (1 + legend_rows(densities.size(), width, legend_entry)),
          fmt::format("Density of {}", axis.name));
  svg.line(left, base, left + width, base, "#222");
  svg.line(left, top, left, base, "#222");
  svg.text(left - 6, base + 4, "0", Anchor::end);
  svg.text(left - 6, top + 8, fmt::format("{:g} %", 100 * most), Anchor::end);
  for (const double tick : ticks_of(axis)) {
    const double x = left + width * place_on(axis, tick);
    svg.line(x, base, x, base + 4, "#222");
    svg.text(x, base + 17, fmt::format("{:g}", tick), Anchor::middle);
  }
  std::vector<std::string> names;
  for (std::size_t d = 0; d < densities.size(); ++d) {
    const std::vector<double>& share = densities[d].share;
    names.push_back(densities[d].name);
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < share.size(); ++i)
      for (const std::size_t end : {i, i + 1})
        points.emplace_back(left + width * static_cast<double>(end) / static_cast<double>(share.size()),
                            base - plot_height * share[i] / most);
    svg.polyline(points, series_colour(d), d == 0 ? 2 : 1.2);
  }
  svg.text(left + width / 2, base + 34, axis.name, Anchor::middle, 12);
  svg.upward_text(14, top + plot_height / 2, "share of frames", 12);
  draw_legend(svg, base + below + 16 + legend_row, width, legend_entry, names);
  return svg.finish();
}

}  // namespace an::report
