// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "tracking/track_graph.hpp"

namespace an::tracking {

/// Undoes swaps: where two tracks come near each other, their ends change places, or what lies between two such
/// meetings does, if that makes motion and brightness together more likely; the most telling exchanges first, round
/// after round. \param memory frames a particle may be missing \param rounds at most
void exchange_tails(TrackGraph& graph, std::size_t memory, std::size_t rounds);

}  // namespace an::tracking
