// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "report/comparison.hpp"
#include "report/figures.hpp"

namespace an::report {

/// A value to compare the bars with, as a dashed line.
struct ReferenceLine {
  std::string name;
  double value;
};

/// Groups of bars, a bar a series in each, from 0 on.
struct BarChart {
  std::string title;
  std::string value_name;  ///< along the axis
  std::vector<std::string> groups, series;
  std::vector<std::vector<Estimate>> values;  ///< [series][group]; NaN has no bar, no interval no whisker
  std::vector<ReferenceLine> lines;
};
std::string bar_chart_svg(const BarChart& chart);

/// How often values occur in equal steps of an axis.
struct Density {
  std::string name;
  std::vector<double> share;  ///< of all values; the first step holds smaller values, too, the last larger ones
};
/// Lines over an axis, one a density.
std::string density_svg(const Axis& axis, const std::vector<Density>& densities);

}  // namespace an::report
