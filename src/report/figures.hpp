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

/// How many of so many there were.
struct Rate {
  std::string label;
  std::int64_t count, found;
};
/// Bars of shares, each with its 95 % interval (Wilson 1927) and its number.
std::string rates_svg(const std::string& name, std::span<const Rate> rates);

/// Cases that were given probabilities alike.
struct ReliabilityBin {
  double probability = 0;  ///< their mean
  std::int64_t count = 0, found = 0;
};
/// Observed share against given probability, with 95 % intervals and the diagonal; bins without cases are left out.
std::string reliability_svg(const std::string& name, std::span<const ReliabilityBin> bins);

/// Positions of one particle and the state of each.
struct DrawnTrajectory {
  std::vector<double> x, y;  ///< px; NaN where it was not found
  std::vector<DiffusiveState> state;
  std::vector<std::size_t> change_points;  ///< places in x and y, drawn as dots
};

/// A field of view: its trajectories coloured by state, change points as dots, with a legend.
std::string trajectories_svg(std::span<const DrawnTrajectory> trajectories);

}  // namespace an::report
