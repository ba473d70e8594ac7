// SPDX-License-Identifier: MIT
#include "report/svg.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace an::report {

std::string_view series_colour(std::size_t series) {
  constexpr std::array<std::string_view, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                    "#e69f00", "#56b4e9", "#000000", "#999999"};
  return colours[series % colours.size()];
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Svg::Svg(double width, double height, std::string_view description)
    : body_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" "
                        "style=\"max-width:{}px\" font-family=\"sans-serif\">\n<title>{}</title>\n",
                        width, height, width, escaped(description))) {}

void Svg::rectangle(double x, double y, double width, double height, std::string_view fill, std::string_view title) {
  fmt::format_to(std::back_inserter(body_),
                 "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"", x, y, width, height,
                 fill);
  close_with_title("rect", title);
}

void Svg::close_with_title(std::string_view element, std::string_view title) {
  if (title.empty())
    body_ += "/>\n";
  else
    fmt::format_to(std::back_inserter(body_), "><title>{}</title></{}>\n", escaped(title), element);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view colour, double width) {
  fmt::format_to(std::back_inserter(body_),
                 "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                 x1, y1, x2, y2, colour, width);
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view colour, double width) {
  if (points.size() < 2) return;
  body_ += "<polyline points=\"";
  for (const auto& [x, y] : points) fmt::format_to(std::back_inserter(body_), "{:.1f},{:.1f} ", x, y);
  body_.pop_back();
  fmt::format_to(std::back_inserter(body_),
                 "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"/>\n", colour, width);
}

void Svg::circle(double x, double y, double radius, std::string_view fill, std::string_view title) {
  fmt::format_to(std::back_inserter(body_), "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"", x, y, radius,
                 fill);
  close_with_title("circle", title);
}

void Svg::text(double x, double y, std::string_view words, Anchor anchor, double size, std::string_view colour) {
  const char* const name = anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
  fmt::format_to(std::back_inserter(body_),
                 "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\">{}</text>\n", x, y,
                 size, name, colour, escaped(words));
}

void Svg::upward_text(double x, double y, std::string_view words, double size) {
  fmt::format_to(std::back_inserter(body_),
                 "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" font-size=\"{}\" text-anchor=\"middle\" "
                 "fill=\"#222\">{}</text>\n",
                 x, y, size, escaped(words));
}

std::string Svg::finish() const { return body_ + "</svg>\n"; }

}  // namespace an::report
