// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "tracking/track_graph.hpp"

namespace an::tracking {

/// Undoes swaps: where two tracks come near each other, their ends change places, or what lies between two such
/// meetings does, if that makes motion and brightness together more likely; the most telling exchanges first, round
/// after round. \returns how many exchanges were made
std::size_t exchange_tails(TrackGraph& graph, std::size_t memory, std::size_t rounds);

}  // namespace an::tracking
