// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "segmentation/segment_cost.hpp"

namespace an::segmentation {

/// The searches of the Python package ruptures 1.1.10, with the same break points (Truong, Oudre, Vayatis 2020,
/// https://doi.org/10.1016/j.sigpro.2019.107299, section 5): sliding windows, PELT (Killick, Fearnhead, Eckley 2012),
/// binary segmentation, bottom-up merging and dynamic programming. PELT and dynamic programming are exact.
enum class SearchAlgorithm { window, pelt, binary, bottom_up, dynamic };

/// When a search ends; exactly one is given. PELT wants the penalty, dynamic programming the number.
struct SearchEnd {
  std::optional<std::size_t> number;  ///< of change points
  std::optional<double> penalty;      ///< what a change point must at least take off the cost
  std::optional<double> residual;     ///< cost that need not be lowered any more
};

struct SearchOptions {
  SearchAlgorithm algorithm = SearchAlgorithm::window;
  std::size_t width = 100;   ///< frames of the two windows together
  std::size_t shortest = 2;  ///< frames of a segment; at least the cost's own
  std::size_t jump = 1;      ///< change points are at multiples of it
};

/// The most change points that a search of the cost's series can be asked for; none where it is too short for any
/// search.
std::optional<std::size_t> most_change_points(const SegmentCost& cost, const SearchOptions& options);

/// Change points of a series in rising order: first frames of all segments but the first.
/// \throws std::invalid_argument where the options, their end and the length of the series do not go together
std::vector<std::size_t> find_change_points(const SegmentCost& cost, const SearchOptions& options,
                                            const SearchEnd& end);

}  // namespace an::segmentation
