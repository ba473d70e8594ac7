// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/labels.hpp"
#include "report/json_text.hpp"

namespace an::report {

/// An axis of a figure.
struct Axis {
  std::string name;
  double low, high;
  bool logarithmic = false;  ///< `low` is positive; smaller values are drawn there
};

/// Where a value lies on an axis, from 0 to 1; what is beyond its ends lies there.
double place_on(const Axis& axis, double value);
/// Which of so many equal parts of an axis holds a value.
std::size_t bin_on(const Axis& axis, double value, std::size_t bins);
/// The values that an axis is marked with.
std::vector<double> ticks_of(const Axis& axis);

/// How often values were predicted for true ones, in squares of two equal axes.
class HeatMap {
 public:
  static constexpr std::size_t bins = 40;  ///< a side

  explicit HeatMap(Axis axis) : axis_(std::move(axis)), counts_(bins * bins) {}
  /// One pair; left out where it is not finite.
  void add(double truth, double prediction);
  /// \param counts as many as counts()
  void add(std::span<const std::int64_t> counts);
  /// [predicted * bins + true]
  const std::vector<std::int64_t>& counts() const { return counts_; }
  /// A drawing, darker for more (by their logarithm), with the diagonal. \param unit what was counted, `segments`
  std::string svg(const std::string& unit) const;

 private:
  Axis axis_;
  std::vector<std::int64_t> counts_;
};

/// Bars over whole numbers from `first` on.
std::string histogram_svg(const std::string& name, int first, std::span<const std::int64_t> counts);

/// Rows true, columns predicted states: share of each row in percent, and the count.
using StateCounts = std::array<std::array<std::int64_t, 4>, 4>;
std::string confusion_svg(const StateCounts& counts);
/// \throws Json::exception, UnexpectedJson where it is not four rows of four counts
StateCounts state_counts_of(const Json& json);

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

/// The square of a plane that a picture shows, px.
struct View {
  double left = 0, top = 0, side = 1;
};
/// The smallest that holds all positions, of at least 1 px.
View view_of(std::span<const DrawnTrajectory> trajectories);

/// A field of view: its trajectories coloured by state, change points as dots, with a legend.
std::string trajectories_svg(std::span<const DrawnTrajectory> trajectories, const View& view);

}  // namespace an::report
