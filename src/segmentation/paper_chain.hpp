// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/labels.hpp"
#include "segmentation/change_point_search.hpp"

namespace an::segmentation {

/// What is predicted of each frame of a trajectory; all of one length, at least one frame.
struct FrameSeries {
  std::vector<double> alpha;
  std::vector<double> k;  ///< px²/frame^alpha
  std::vector<DiffusiveState> state;
};

/// A segment of the paper's chain.
struct ChainSegment {
  std::size_t begin, end;  ///< frames [begin, end)
  double alpha, k;         ///< medians
  DiffusiveState state;    ///< the commonest; of equals the first in the challenge's order
};

struct ChainOptions {
  std::size_t shortest_dwell = 3;  ///< frames; shorter runs of a state are excursions
  SearchOptions search;
  SegmentModel model = SegmentModel::l2;
  bool log_k = false;  ///< the search sees ln(1 + K) instead of K
  SearchEnd end;
};

/// Gives the frames of every run shorter than `dwell` the state of the nearest longer run, of two as near the earlier
/// one; without a longer run all frames get the commonest state.
void smooth_states(std::span<DiffusiveState> states, std::size_t dwell);

/// The AnomalousNet paper's way from predictions of frames to segments: states smoothed, change points searched in the
/// series of (alpha, K), medians and modes within the segments. A series that holds fewer change points than are asked
/// for gets as many as it holds.
/// \throws std::invalid_argument where the series differ in length, are empty or are not finite
std::vector<ChainSegment> segment_by_chain(FrameSeries frames, const ChainOptions& options);

/// The states that at least a twentieth of the frames of an experiment's segments have, in the challenge's order.
std::vector<DiffusiveState> states_seen(std::span<const ChainSegment> segments);

/// Clusters of least squares: Lloyd's algorithm from many starts, the best kept. Deterministic.
struct Clusters {
  std::vector<std::array<double, 2>> centres;
  std::vector<std::size_t> of_point;
  double inertia;  ///< sum of squared distances to the centres
};

/// \throws std::invalid_argument where there are fewer points than clusters, or none
Clusters cluster_points(std::span<const std::array<double, 2>> points, std::size_t count);

/// The paper's clusters of an experiment's segments: of (alpha, K).
/// \throws std::invalid_argument where there are fewer segments than clusters
Clusters cluster_chain_segments(std::span<const ChainSegment> segments, std::size_t count);

/// Clusters of (alpha, ln K): as few, of one to three, that a further one would not better them by much.
/// \throws std::invalid_argument where there are no segments
Clusters cluster_by_spread(std::span<const ChainSegment> segments);

/// The segments of one cluster.
struct ChainCluster {
  double alpha_mean, alpha_variance, k_mean, k_variance;
  double share;  ///< of the frames
};

/// What the segments of each cluster are like, slowest first.
std::vector<ChainCluster> describe_clusters(std::span<const ChainSegment> segments, const Clusters& clusters);

}  // namespace an::segmentation
