// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace an::report {

/// A named line; points in the order of x.
struct ChartLine {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct LineChart {
  std::string x_name, y_name;
  double highest = 1;     ///< of the vertical axis, which begins at 0
  bool diagonal = false;  ///< draw y = x, for comparison
  std::vector<ChartLine> lines;
};

/// Lines and marks over a logarithmic horizontal axis with a tick at each x there is, and a legend.
std::string line_chart_svg(const LineChart& chart);

}  // namespace an::report
