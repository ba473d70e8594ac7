// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/labels.hpp"

namespace an::report {

/// An axis of a figure.
struct Axis {
  std::string name;
  double low, high;
  bool logarithmic = false;  ///< `low` is positive; smaller values are drawn there
};

/// Predicted against true values as counts in squares, darker for more (by their logarithm), with the diagonal.
/// \param truth, prediction of equal length; pairs that are not finite are left out
std::string heat_map_svg(const Axis& axis, std::span<const double> truth, std::span<const double> prediction);

/// Bars over whole numbers from `first` on.
std::string histogram_svg(const std::string& name, int first, std::span<const std::int64_t> counts);

/// Rows true, columns predicted states: share of each row in percent, and the count.
using StateCounts = std::array<std::array<std::int64_t, 4>, 4>;
std::string confusion_svg(const StateCounts& counts);

/// Positions of one particle and the state of each.
struct DrawnTrajectory {
  std::vector<double> x, y;  ///< px; NaN where it was not found
  std::vector<DiffusiveState> state;
};

/// A field of view: its trajectories coloured by state, with a legend.
std::string trajectories_svg(std::span<const DrawnTrajectory> trajectories);

}  // namespace an::report
