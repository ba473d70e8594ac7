// SPDX-License-Identifier: MIT
#include "report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "report/svg.hpp"

namespace an::report {

namespace {

using Anchor = Svg::Anchor;

constexpr double left = 56;
constexpr double top = 12;
constexpr double plot = 280;
constexpr double below = 46;
constexpr std::array<const char*, 4> state_names{"immobile", "confined", "free", "directed"};
// Okabe and Ito's colours, which most eyes tell apart.
constexpr std::array<const char*, 4> state_colours{"#000000", "#d55e00", "#0072b2", "#009e73"};

// White to dark blue.
std::string shade(double share) {
  const auto mix = [&](double from, double to) { return std::lround(from + (to - from) * share); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(240, 8), mix(245, 48), mix(252, 107));
}

}  // namespace

double place_on(const Axis& axis, double value) {
  if (!axis.logarithmic) return (std::clamp(value, axis.low, axis.high) - axis.low) / (axis.high - axis.low);
  return std::log(std::clamp(value, axis.low, axis.high) / axis.low) / std::log(axis.high / axis.low);
}

std::size_t bin_on(const Axis& axis, double value, std::size_t bins) {
  return std::min(bins - 1, static_cast<std::size_t>(place_on(axis, value) * static_cast<double>(bins)));
}

std::vector<double> ticks_of(const Axis& axis) {
  std::vector<double> ticks;
  if (axis.logarithmic) {
    for (int power = -9; power <= 9; ++power) {
      const double tick = std::pow(10.0, power);
      if (tick >= axis.low * 0.999 && tick <= axis.high * 1.001) ticks.push_back(tick);
    }
  } else {
    constexpr int steps = 4;
    for (int i = 0; i <= steps; ++i) ticks.push_back(axis.low + (axis.high - axis.low) * i / steps);
  }
  return ticks;
}

void HeatMap::add(double truth, double prediction) {
  if (!std::isfinite(truth) || !std::isfinite(prediction)) return;
  ++counts_[bin_on(axis_, prediction, bins) * bins + bin_on(axis_, truth, bins)];
}

void HeatMap::add(std::span<const std::int64_t> counts) {
  std::transform(counts_.begin(), counts_.end(), counts.begin(), counts_.begin(), std::plus<>());
}

std::string HeatMap::svg(const std::string& unit) const {
  Svg svg(left + plot + 14, top + plot + below,
          fmt::format("{}: predicted against true, {} {}", axis_.name,
                      std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0}), unit));
  const double most = static_cast<double>(*std::max_element(counts_.begin(), counts_.end()));
  const double side = plot / bins;
  svg.rectangle(left, top, plot, plot, "#fff");
  for (std::size_t row = 0; row < bins; ++row)
    for (std::size_t column = 0; column < bins; ++column) {
      const auto count = static_cast<double>(counts_[row * bins + column]);
      if (count > 0)
        svg.rectangle(left + side * static_cast<double>(column), top + plot - side * static_cast<double>(row + 1), side,
                      side, shade(0.1 + 0.9 * std::log1p(count) / std::log1p(most)),
                      fmt::format("{} {}", counts_[row * bins + column], unit));
    }
  svg.line(left, top + plot, left + plot, top, "#999");
  svg.line(left, top + plot, left + plot, top + plot, "#222");
  svg.line(left, top, left, top + plot, "#222");
  for (const double tick : ticks_of(axis_)) {
    const double at = plot * place_on(axis_, tick);
    svg.line(left + at, top + plot, left + at, top + plot + 4, "#222");
    svg.text(left + at, top + plot + 17, fmt::format("{:g}", tick), Anchor::middle);
    svg.line(left - 4, top + plot - at, left, top + plot - at, "#222");
    svg.text(left - 7, top + plot - at + 4, fmt::format("{:g}", tick), Anchor::end);
  }
  svg.text(left + plot / 2, top + plot + 36, "true " + axis_.name, Anchor::middle, 12);
  svg.upward_text(14, top + plot / 2, "predicted " + axis_.name, 12);
  return svg.finish();
}

std::string histogram_svg(const std::string& name, int first, std::span<const std::int64_t> counts) {
  const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  Svg svg(left + plot + 14, top + plot + below, fmt::format("{}: {} change points", name, all));
  const double most = static_cast<double>(std::max<std::int64_t>(1, *std::max_element(counts.begin(), counts.end())));
  const double step = plot / static_cast<double>(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double height = plot * static_cast<double>(counts[i]) / most;
    const double x = left + step * static_cast<double>(i);
    const int number = first + static_cast<int>(i);
    svg.rectangle(x + 1, top + plot - height, step - 2, height, "#0072b2",
                  fmt::format("{} frames: {} of {}", number, counts[i], all));
    if (number % 3 == 0) svg.text(x + step / 2, top + plot + 17, std::to_string(number), Anchor::middle);
  }
  svg.line(left, top + plot, left + plot, top + plot, "#222");
  svg.text(left - 5, top + 10, fmt::format("{:.0f} %", all > 0 ? 100 * most / static_cast<double>(all) : 0.0),
           Anchor::end);
  svg.text(left - 5, top + plot, "0", Anchor::end);
  svg.text(left + plot / 2, top + plot + 36, name, Anchor::middle, 12);
  return svg.finish();
}

StateCounts state_counts_of(const Json& json) {
  StateCounts counts{};
  for (std::size_t row = 0; row < counts.size(); ++row)
    std::ranges::copy(counts_of(json.at(row), counts[row].size()), counts[row].begin());
  return counts;
}

std::string confusion_svg(const StateCounts& counts) {
  constexpr double side = plot / 4;
  constexpr double names = 70;
  Svg svg(names + plot + 14, top + plot + below, "States: rows true, columns predicted, share of each row");
  for (std::size_t row = 0; row < counts.size(); ++row) {
    const std::int64_t all = std::accumulate(counts[row].begin(), counts[row].end(), std::int64_t{0});
    const double y = top + side * static_cast<double>(row);
    svg.text(names - 6, y + side / 2 + 4, state_names[row], Anchor::end);
    for (std::size_t column = 0; column < counts.size(); ++column) {
      const double share = all > 0 ? static_cast<double>(counts[row][column]) / static_cast<double>(all) : 0;
      const double x = names + side * static_cast<double>(column);
      svg.rectangle(x + 1, y + 1, side - 2, side - 2, all > 0 ? shade(share) : "#eee");
      const char* const ink = share > 0.5 ? "#fff" : "#222";
      if (all > 0) svg.text(x + side / 2, y + side / 2, fmt::format("{:.1f} %", 100 * share), Anchor::middle, 13, ink);
      svg.text(x + side / 2, y + side / 2 + 16, std::to_string(counts[row][column]), Anchor::middle, 10, ink);
      if (row == 0) svg.text(x + side / 2, top + plot + 17, state_names[column], Anchor::middle);
    }
  }
  svg.text(names + plot / 2, top + plot + 36, "predicted state", Anchor::middle, 12);
  return svg.finish();
}

View view_of(std::span<const DrawnTrajectory> trajectories) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double low_x = infinity, low_y = infinity, high_x = -infinity, high_y = -infinity;
  for (const DrawnTrajectory& trajectory : trajectories)
    for (std::size_t t = 0; t < trajectory.x.size(); ++t) {
      if (!std::isfinite(trajectory.x[t]) || !std::isfinite(trajectory.y[t])) continue;
      low_x = std::min(low_x, trajectory.x[t]);
      high_x = std::max(high_x, trajectory.x[t]);
      low_y = std::min(low_y, trajectory.y[t]);
      high_y = std::max(high_y, trajectory.y[t]);
    }
  return std::isfinite(low_x) ? View{low_x, high_y, std::max({high_x - low_x, high_y - low_y, 1.0})} : View{};
}

std::string trajectories_svg(std::span<const DrawnTrajectory> trajectories, const View& view) {
  constexpr double size = 560;
  constexpr double legend = 26;
  const double scale = size / view.side;
  Svg svg(size + 8, size + 8 + legend, fmt::format("{} trajectories, coloured by state", trajectories.size()));
  svg.rectangle(0, 0, size + 8, size + 8, "#fff");
  for (const DrawnTrajectory& trajectory : trajectories) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t t = 0; t < trajectory.x.size(); ++t) {
      if (std::isfinite(trajectory.x[t]) && std::isfinite(trajectory.y[t]))
        points.emplace_back(4 + scale * (trajectory.x[t] - view.left), 4 + scale * (view.top - trajectory.y[t]));
      const bool ends = t + 1 == trajectory.x.size() || trajectory.state[t + 1] != trajectory.state[t];
      if (!ends || points.empty()) continue;
      svg.polyline(points, state_colours[static_cast<std::size_t>(trajectory.state[t])], 1.2);
      points.erase(points.begin(), points.end() - 1);  // the next stretch begins where this one ends
    }
    for (const std::size_t t : trajectory.change_points)
      if (t < trajectory.x.size() && std::isfinite(trajectory.x[t]) && std::isfinite(trajectory.y[t]))
        svg.circle(4 + scale * (trajectory.x[t] - view.left), 4 + scale * (view.top - trajectory.y[t]), 2.6, "#cc79a7");
  }
  for (std::size_t s = 0; s < state_names.size(); ++s) {
    const double x = 8 + 130 * static_cast<double>(s);
    svg.circle(x, size + 8 + legend / 2, 5, state_colours[s]);
    svg.text(x + 10, size + 8 + legend / 2 + 4, state_names[s]);
  }
  return svg.finish();
}

}  // namespace an::report
