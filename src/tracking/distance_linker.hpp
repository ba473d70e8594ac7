// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tracking/place_grid.hpp"

namespace an::tracking {

/// Linking of Crocker and Grier with the parameters of trackpy 0.7's `link`.
struct DistanceLinkerParameters {
  double search_range = 7;      ///< px a particle moves between frames at most
  std::size_t memory = 3;       ///< frames a particle may be missing
  double adaptive_step = 0.95;  ///< factor by which the range shrinks where too many particles are near each other
  std::optional<double> adaptive_stop;  ///< the smallest range; none: the range stays as it is
};

/// Links places from frame to frame so that the sum of squared distances, with the squared range for every particle
/// that is lost, is least.
class DistanceLinker {
 public:
  explicit DistanceLinker(const DistanceLinkerParameters& parameters);
  ~DistanceLinker();

  /// Takes the next frame, which may be empty. \returns the track of each place; tracks count from 0 in the order of
  /// their first places
  std::vector<std::size_t> link(std::span<const Place> places);

  /// How often trackpy would have given up (SubnetOversizeException): more than 30 particles, 15 where the range
  /// adapts, that could be confused, or more than 9 candidates for one.
  std::size_t oversized() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace an::tracking
