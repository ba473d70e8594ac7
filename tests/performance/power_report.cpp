// SPDX-License-Identifier: MIT
#include "power_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "report/svg.hpp"
#include "report/text_table.hpp"

namespace an::performance {

namespace {

using report::Cell;
using testing::Detection;
using testing::Measured;
using testing::Share;
using Anchor = report::Svg::Anchor;

// What the full method is to find of what the ideal observer finds.
constexpr double least_ratio = 0.9;

// Whether it does: within by two standard errors, and below as soon as the ratio is.
enum class Verdict { within, below, undecided };

Verdict verdict_of(const Contrast& contrast) {
  constexpr std::int64_t fewest = 20;  // found; fewer have no standard error to speak of
  const Measured ratio = ratio_of(contrast.detections[full], contrast.detections[ideal]);
  if (contrast.detections[ideal].all().successes < fewest) return Verdict::undecided;
  if (ratio.value < least_ratio) return Verdict::below;
  return ratio.value - 2 * ratio.error > least_ratio ? Verdict::within : Verdict::undecided;
}

std::string text_of(const Share& share) {
  return share.trials == 0 ? "-" : fmt::format("{:.3f} ±{:.3f}", share.value(), share.error());
}

std::string text_of(const Measured& number) {
  return std::isfinite(number.value) ? fmt::format("{:.3f} ±{:.3f}", number.value, number.error) : "-";
}

std::string models_of(const Contrast& contrast) {
  std::string text;
  for (const auto& [model, times] : contrast.models)
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", times, model);
  return text;
}

std::string summary_table(std::span<const Contrast> contrasts) {
  report::TextTable table(
      {"contrast", "points", "full", "ideal", "exact", "full/ideal", "full/exact", "models fitted"});
  for (const Contrast& c : contrasts) {
    const Measured ratio = ratio_of(c.detections[full], c.detections[ideal]);
    table.add_row({{c.name},
                   {std::to_string(c.detections[full].all().trials)},
                   {text_of(c.detections[full].all())},
                   {text_of(c.detections[ideal].all())},
                   {text_of(c.detections[exact].all())},
                   {text_of(ratio), verdict_of(c) == Verdict::below},
                   {text_of(ratio_of(c.detections[full], c.detections[exact]))},
                   {models_of(c)}});
  }
  return table.text(false);
}

std::string error_table(std::span<const Contrast> contrasts) {
  std::vector<std::string> header{"contrast"};
  for (const char* what : {"close", "false", "JSC", "RMSE"})
    for (const char* observer : observer_names) header.push_back(fmt::format("{} {}", what, observer));
  report::TextTable table(header);
  for (const Contrast& c : contrasts) {
    std::vector<Cell> row{{c.name}};
    for (const Detection& d : c.detections) row.push_back({fmt::format("{:.3f}", d.close().value())});
    for (const Detection& d : c.detections) row.push_back({fmt::format("{:.3f}", d.false_positives())});
    for (const Detection& d : c.detections) row.push_back({fmt::format("{:.3f}", d.jaccard())});
    for (const Detection& d : c.detections) row.push_back({fmt::format("{:.2f}", d.rmse())});
    table.add_row(std::move(row));
  }
  return table.text(false);
}

std::string distance_table(std::span<const Contrast> contrasts) {
  std::vector<std::string> header{"contrast", "observer"};
  for (std::size_t bin = 0; bin < Detection::bins; ++bin) header.push_back(distance_name(bin));
  report::TextTable table(header);
  for (const Contrast& c : contrasts) {
    table.add_rule();
    std::vector<Cell> points{{c.name}, {"points"}};
    for (std::size_t bin = 0; bin < Detection::bins; ++bin)
      points.push_back({std::to_string(c.detections[full].at_distance(bin).trials)});
    table.add_row(std::move(points));
    for (std::size_t o = 0; o < observers; ++o) {
      std::vector<Cell> row{{""}, {observer_names[o]}};
      for (std::size_t bin = 0; bin < Detection::bins; ++bin)
        row.push_back({text_of(c.detections[o].at_distance(bin))});
      table.add_row(std::move(row));
    }
  }
  return table.text(false);
}

std::string verdicts(std::span<const Contrast> contrasts) {
  std::string text;
  std::size_t within = 0;
  for (const Contrast& c : contrasts) {
    const Measured ratio = ratio_of(c.detections[full], c.detections[ideal]);
    const Verdict verdict = verdict_of(c);
    if (verdict == Verdict::within)
      ++within;
    else
      text +=
          fmt::format("{}: {}; full/ideal {}, false positives {:.3f} and {:.3f}, fitted {}\n", c.name,
                      verdict == Verdict::below ? "not within 10 %" : "undecided, too few are found", text_of(ratio),
                      c.detections[full].false_positives(), c.detections[ideal].false_positives(), models_of(c));
  }
  return text + fmt::format("{} of {} contrasts within 10 % of the ideal observer by two standard errors\n", within,
                            contrasts.size());
}

// A panel of the figure; the contrasts in it, and where each lies from left (0) to right (1).
struct Panel {
  double left;
  std::string title;
  std::vector<const Contrast*> contrasts;
  std::vector<double> places;
};

constexpr double plot_width = 330;
constexpr double plot_height = 280;
constexpr double top = 34;
constexpr double gap = 70;
// Okabe and Ito's colours, and paler ones for the ideal observer's wide lines.
constexpr std::array<const char*, Detection::bins> colours{"#d55e00", "#e69f00", "#009e73", "#0072b2", "#000000"};
constexpr std::array<const char*, Detection::bins> pale_colours{"#f4cdb2", "#f8e2b2", "#b2e2d5", "#b2d4e7", "#c8c8c8"};

double height_of(double share) { return top + plot_height * (1 - share); }

void draw_axes(report::Svg& svg, const Panel& panel) {
  constexpr int ticks = 5;
  for (int i = 0; i <= ticks; ++i) {
    const double share = static_cast<double>(i) / ticks;
    svg.line(panel.left, height_of(share), panel.left + plot_width, height_of(share), "#ddd");
    svg.text(panel.left - 6, height_of(share) + 4, fmt::format("{:g}", share), Anchor::end);
  }
  svg.line(panel.left, height_of(0), panel.left + plot_width, height_of(0), "#222");
  svg.line(panel.left, height_of(0), panel.left, height_of(1), "#222");
  for (std::size_t i = 0; i < panel.places.size(); ++i) {
    const double x = panel.left + plot_width * panel.places[i];
    svg.line(x, height_of(0), x, height_of(0) + 4, "#222");
    svg.text(x, height_of(0) + 17, panel.contrasts[i]->name, Anchor::middle, 9);
  }
  svg.text(panel.left + plot_width / 2, top - 14, panel.title, Anchor::middle, 12);
}

// An observer's line of one distance.
std::vector<std::pair<double, double>> line_of(const Panel& panel, std::size_t observer, std::size_t bin) {
  std::vector<std::pair<double, double>> line;
  for (std::size_t i = 0; i < panel.contrasts.size(); ++i) {
    const Share& share = panel.contrasts[i]->detections[observer].at_distance(bin);
    if (share.trials > 0) line.emplace_back(panel.left + plot_width * panel.places[i], height_of(share.value()));
  }
  return line;
}

void draw_lines(report::Svg& svg, const Panel& panel) {
  for (std::size_t bin = Detection::bins; bin-- > 0;) svg.polyline(line_of(panel, ideal, bin), pale_colours[bin], 6);
  for (std::size_t bin = Detection::bins; bin-- > 0;) {
    const std::vector<std::pair<double, double>> line = line_of(panel, full, bin);
    svg.polyline(line, colours[bin], 1.2);
    for (const auto& [x, y] : line) svg.circle(x, y, 2.5, colours[bin]);
    for (std::size_t i = 0; i < panel.contrasts.size(); ++i) {
      const Share& share = panel.contrasts[i]->detections[full].at_distance(bin);
      const double x = panel.left + plot_width * panel.places[i];
      if (share.trials > 0)
        svg.line(x, height_of(share.value() - share.error()), x, height_of(share.value() + share.error()),
                 colours[bin]);
    }
  }
}

}  // namespace

std::string distance_name(std::size_t bin) {
  if (bin + 1 == Detection::bins) return fmt::format(">{}", Detection::distance_from[bin] - 1);
  return fmt::format("{}-{}", Detection::distance_from[bin], Detection::distance_from[bin + 1] - 1);
}

std::string power_text(std::span<const Contrast> contrasts, const std::string& introduction) {
  std::string text = introduction;
  text += fmt::format("\n{}\n{}\nDetection by frames to the next change point or end\n{}\n", summary_table(contrasts),
                      error_table(contrasts), distance_table(contrasts));
  return text + verdicts(contrasts);
}

std::string power_csv(std::span<const Contrast> contrasts) {
  std::string text =
      "contrast,alpha_1,k_1,alpha_2,k_2,observer,distance,change_points,detected,probability,standard_error,"
      "false_positives_per_trajectory\n";
  for (const Contrast& c : contrasts)
    for (std::size_t o = 0; o < observers; ++o) {
      const auto add_row = [&](const std::string& distance, const Share& share, const std::string& false_positives) {
        text += fmt::format("{},{:g},{:g},{:g},{:g},{},{},{},{},{:.5f},{:.5f},{}\n", c.name, c.states[0].alpha,
                            c.states[0].k, c.states[1].alpha, c.states[1].k, observer_names[o], distance, share.trials,
                            share.successes, share.value(), share.error(), false_positives);
      };
      for (std::size_t bin = 0; bin < Detection::bins; ++bin)
        if (c.detections[o].at_distance(bin).trials > 0)
          add_row(distance_name(bin), c.detections[o].at_distance(bin), "");
      add_row("all", c.detections[o].all(), fmt::format("{:.5f}", c.detections[o].false_positives()));
    }
  return text;
}

std::string power_svg(std::span<const Contrast> contrasts) {
  Panel k{44, "K changes (alpha 1)", {}, {}};
  Panel alpha{44 + plot_width + gap, "alpha changes (equal K)", {}, {}};
  for (const Contrast& c : contrasts) (c.states[0].k != c.states[1].k ? k : alpha).contrasts.push_back(&c);
  const auto log_ratio = [&k](const Contrast* c) {  // beyond the first one's
    return std::log(c->states[1].k / c->states[0].k * k.contrasts[0]->states[0].k / k.contrasts[0]->states[1].k);
  };
  for (const Contrast* c : k.contrasts) k.places.push_back(0.06 + 0.88 * log_ratio(c) / log_ratio(k.contrasts.back()));
  for (std::size_t i = 0; i < alpha.contrasts.size(); ++i)
    alpha.places.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(alpha.contrasts.size()));
  report::Svg svg(
      alpha.left + plot_width + 150, top + plot_height + 34,
      "Probability that a change point is found within 10 frames, by contrast and distance to the next one");
  for (const Panel* panel : {&k, &alpha}) {
    draw_axes(svg, *panel);
    draw_lines(svg, *panel);
  }
  svg.upward_text(12, top + plot_height / 2, "change points found", 12);
  const double x = alpha.left + plot_width + 16;
  svg.text(x, top + 4, "frames to the next");
  for (std::size_t bin = 0; bin < Detection::bins; ++bin) {
    const double y = top + 22 + 18 * static_cast<double>(bin);
    svg.line(x, y, x + 24, y, pale_colours[bin], 6);
    svg.line(x, y, x + 24, y, colours[bin], 1.2);
    svg.text(x + 30, y + 4, distance_name(bin));
  }
  const double y = top + 34 + 18 * static_cast<double>(Detection::bins);
  svg.text(x, y, "wide: ideal observer");
  svg.text(x, y + 16, "thin: full method");
  return svg.finish();
}

}  // namespace an::performance
