// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/spot_fit.hpp"
#include "tracking/place_grid.hpp"

namespace an::tracking {

/// A spot with what its last fit told.
struct Fitted : kernels::Spot {
  kernels::SpotErrors errors;
  bool fitted = false;
  bool joint = false;   ///< fitted together with others
  bool changed = true;  ///< since the fits before the last
  float precision = 0;  ///< of the prior it was fitted with

  Place place() const { return {static_cast<double>(y), static_cast<double>(x)}; }
};

/// The spots of a frame in groups of those that overlap and are fitted together.
struct SpotGroups {
  std::vector<std::size_t> order;  ///< spots, group after group
  std::vector<int> first;          ///< of each group in `order`, and the end of the last

  std::size_t size() const { return first.size() - 1; }
  std::span<const std::size_t> members(std::size_t group) const {
    const auto begin = static_cast<std::size_t>(first[group]);
    return std::span(order).subspan(begin, static_cast<std::size_t>(first[group + 1]) - begin);
  }
};

/// Joins the nearest spots first, up to as many as can be fitted together.
SpotGroups groups_of(const std::vector<Fitted>& spots);

/// Groups that were never fitted, lie near spots that have changed or vanished, or were fitted with another prior.
/// \param precision of the prior for spots that overlap
std::vector<std::size_t> disturbed_groups(const SpotGroups& groups, const std::vector<Fitted>& spots,
                                          const std::vector<Place>& vanished, float precision);

/// Spots that touch neither others nor the border of a frame.
std::vector<std::size_t> isolated_spots(const std::vector<Fitted>& spots, std::size_t rows, std::size_t columns);

}  // namespace an::tracking
