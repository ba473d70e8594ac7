// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "report/figures.hpp"
#include "report/svg.hpp"

namespace an::report {

namespace {

using Anchor = Svg::Anchor;

constexpr double left = 56;
constexpr double top = 12;
constexpr double plot = 280;
constexpr double below = 62;
constexpr const char* ink = "#0072b2";

struct Share {
  double value, low, high;
};

// Wilson's score interval, 95 % (J. Am. Stat. Assoc. 22, 209, 1927).
Share share_of(std::int64_t found, std::int64_t count) {
  constexpr double z = 1.959963984540054;
  const auto n = static_cast<double>(count);
  const double p = static_cast<double>(found) / n;
  const double scale = 1 / (1 + z * z / n);
  const double middle = scale * (p + z * z / (2 * n));
  const double half = scale * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {p, middle - half, middle + half};
}

double height_of(double share) { return top + plot * (1 - share); }

void draw_percent_axis(Svg& svg) {
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = height_of(percent / 100.0);
    svg.line(left, y, left + plot, y, percent == 0 ? "#222" : "#e3e7ec");
    svg.text(left - 6, y + 4, fmt::format("{} %", percent), Anchor::end);
  }
}

void draw_interval(Svg& svg, double x, const Share& share) {
  svg.line(x, height_of(share.low), x, height_of(share.high), "#222", 1.2);
}

}  // namespace

std::string rates_svg(const std::string& name, std::span<const Rate> rates) {
  Svg svg(left + plot + 14, top + plot + below, fmt::format("Detected share of change points by {}", name));
  draw_percent_axis(svg);
  const double step = plot / static_cast<double>(rates.size());
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const Rate& rate = rates[i];
    const double x = left + step * (static_cast<double>(i) + 0.5);
    svg.text(x, top + plot + 17, rate.label, Anchor::middle, 10);
    svg.text(x, top + plot + 31, fmt::format("n {}", rate.count), Anchor::middle, 9, "#6b7885");
    if (rate.count == 0) continue;
    const Share share = share_of(rate.found, rate.count);
    svg.rectangle(x - 0.36 * step, height_of(share.value), 0.72 * step, plot * share.value, "#9ecae1",
                  fmt::format("{}: {} of {} found", rate.label, rate.found, rate.count));
    draw_interval(svg, x, share);
  }
  svg.text(left + plot / 2, top + plot + 52, name, Anchor::middle, 12);
  svg.upward_text(14, top + plot / 2, "detected", 12);
  return svg.finish();
}

std::string reliability_svg(const std::string& name, std::span<const ReliabilityBin> bins) {
  Svg svg(left + plot + 24, top + plot + below, fmt::format("{}: observed against given", name));
  draw_percent_axis(svg);
  for (int percent = 0; percent <= 100; percent += 20)
    svg.text(left + plot * percent / 100.0, top + plot + 17, fmt::format("{} %", percent), Anchor::middle);
  svg.line(left, height_of(0), left + plot, height_of(1), "#999");
  for (const ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    const double x = left + plot * bin.probability;
    const Share share = share_of(bin.found, bin.count);
    draw_interval(svg, x, share);
    svg.circle(x, height_of(share.value), 4, ink);
  }
  svg.text(left + plot / 2, top + plot + 38, name, Anchor::middle, 12);
  svg.upward_text(14, top + plot / 2, "observed share", 12);
  return svg.finish();
}

}  // namespace an::report
