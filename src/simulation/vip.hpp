// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "simulation/field_of_view.hpp"

namespace an::simulation {

/// A trajectory that is there in frame 0, as the election of VIPs sees it.
struct VipCandidate {
  std::size_t trajectory;
  Point place;  ///< in frame 0
  std::size_t frames;
};

/// Two VIPs are farther apart than this in frame 0, and farther from the FOV's border: 1.22 λ / 2 NA of the microscope
/// that the challenge imagines (500 nm, 1.46, pixels of 100 nm).
inline constexpr double vip_distance = 1.22 * 500 / (2 * 1.46) / 100;

/// Elects VIPs: candidates in the given order, each if it is far enough from all elected before. When that ends short,
/// the election starts anew from a random candidate, a hundred times at most.
/// \returns positions in `candidates`; fewer than `count` where there is no such set (the largest one found)
std::vector<std::size_t> elect(std::span<const VipCandidate> candidates, std::size_t count, Random& random);

/// Elects VIPs among the trajectories of a FOV and moves them to its front, so that VIP i is trajectory i.
/// \param frames of the video \param by_last_gap the package's order: trajectories of all frames first, then by index;
/// else the longest first \returns how many were elected
std::size_t elect_vips(FieldOfView& fov, double side, std::size_t count, std::size_t frames, bool by_last_gap,
                       Random& random);

}  // namespace an::simulation
