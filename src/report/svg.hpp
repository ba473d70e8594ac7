// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace an::report {

/// Text with the characters that XML gives a meaning replaced.
std::string escaped(std::string_view text);

/// The colour of a series: Okabe and Ito's, which most eyes tell apart. The ninth series has the first's again.
std::string_view series_colour(std::size_t series);

/// A drawing, element after element; coordinates in points from the upper left corner.
class Svg {
 public:
  enum class Anchor { start, middle, end };

  /// \param description read out where the picture cannot be seen
  Svg(double width, double height, std::string_view description);

  void rectangle(double x, double y, double width, double height, std::string_view fill, std::string_view title = {});
  void line(double x1, double y1, double x2, double y2, std::string_view colour, double width = 1);
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view colour, double width = 1);
  void circle(double x, double y, double radius, std::string_view fill, std::string_view title = {});
  void text(double x, double y, std::string_view words, Anchor anchor = Anchor::start, double size = 11,
            std::string_view colour = "#222");
  /// Words that run upwards, centred.
  void upward_text(double x, double y, std::string_view words, double size = 11);
  /// The whole element `<svg>…</svg>`.
  std::string finish() const;

 private:
  void close_with_title(std::string_view element, std::string_view title);

  std::string body_;
};

}  // namespace an::report
