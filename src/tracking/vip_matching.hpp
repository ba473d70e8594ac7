// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/frame.hpp"
#include "tracking/place_grid.hpp"

namespace an::tracking {

/// A labelled particle of the challenge's map: index and the centre of its block of 2 x 2 pixels.
struct VipLabel {
  std::int64_t vip = 0;
  Place place;
};

/// Reads the map of VIPs, the first page of a video of the challenge: 255 is background, VIP k a block of 2 x 2 pixels
/// of value k that covers floor(position) and the next pixel. Where blocks overlap their k + 1 add up, minus 1: such
/// blocks are found again from what is visible of them, and from what the sum leaves. \returns the VIPs in the order of
/// their indices; nothing where the page does not look like a map: bytes, most of them 255, and blocks of VIPs explain
/// the others or most of them
std::optional<std::vector<VipLabel>> read_vip_map(const Frame& page);

/// Assigns each place one of the candidates at the least total distance. \returns indices of candidates, or
/// `SparseAssignment::none` where there are too few
std::vector<std::size_t> nearest_assignment(std::span<const Place> places, std::span<const Place> candidates);

}  // namespace an::tracking
