// SPDX-License-Identifier: MIT
#include "segmentation/paper_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/median.hpp"

namespace an::segmentation {

namespace {

DiffusiveState commonest(std::span<const DiffusiveState> states) {
  std::array<std::size_t, 4> counts{};
  for (const DiffusiveState state : states) ++counts[static_cast<std::size_t>(state)];
  return static_cast<DiffusiveState>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

struct Run {
  std::size_t begin, end;
};

// Runs of equal states of `dwell` frames and more.
std::vector<Run> long_runs(std::span<const DiffusiveState> states, std::size_t dwell) {
  std::vector<Run> runs;
  for (std::size_t begin = 0; begin < states.size();) {
    std::size_t end = begin;
    while (end < states.size() && states[end] == states[begin]) ++end;
    if (end - begin >= dwell) runs.push_back({begin, end});
    begin = end;
  }
  return runs;
}

double square_distance(const std::array<double, 2>& a, const std::array<double, 2>& b) {
  return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

// Gives each point to the nearest centre, of two as near the first; false where nothing changed.
bool assign_points(std::span<const std::array<double, 2>> points, Clusters& clusters) {
  bool changed = false;
  clusters.inertia = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < clusters.centres.size(); ++c) {
      const double distance = square_distance(points[i], clusters.centres[c]);
      if (distance < least) {
        least = distance;
        nearest = c;
      }
    }
    clusters.inertia += least;
    changed = changed || clusters.of_point[i] != nearest;
    clusters.of_point[i] = nearest;
  }
  return changed;
}

// Moves the centres to the means of their points; one without points stays.
void move_centres(std::span<const std::array<double, 2>> points, Clusters& clusters) {
  std::vector<std::array<double, 3>> sums(clusters.centres.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::array<double, 3>& sum = sums[clusters.of_point[i]];
    sum[0] += points[i][0];
    sum[1] += points[i][1];
    ++sum[2];
  }
  for (std::size_t c = 0; c < sums.size(); ++c)
    if (sums[c][2] > 0) clusters.centres[c] = {sums[c][0] / sums[c][2], sums[c][1] / sums[c][2]};
}

}  // namespace

void smooth_states(std::span<DiffusiveState> states, std::size_t dwell) {
  const std::vector<Run> runs = long_runs(states, dwell);
  if (runs.empty()) {
    const DiffusiveState state = commonest(states);
    std::fill(states.begin(), states.end(), state);
    return;
  }
  // A run grows to the middle between it and the next.
  std::size_t begin = 0;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const std::size_t end =
        r + 1 == runs.size() ? states.size() : runs[r].end + (runs[r + 1].begin - runs[r].end + 1) / 2;
    const DiffusiveState state = states[runs[r].begin];
    std::fill(states.begin() + static_cast<std::ptrdiff_t>(begin), states.begin() + static_cast<std::ptrdiff_t>(end),
              state);
    begin = end;
  }
}

std::vector<ChainSegment> segment_by_chain(FrameSeries frames, const ChainOptions& options) {
  const std::size_t count = frames.state.size();
  if (frames.alpha.size() != count || frames.k.size() != count)
    throw std::invalid_argument(fmt::format("segment_by_chain: {} frames of alpha, {} of K, {} of states",
                                            frames.alpha.size(), frames.k.size(), count));
  smooth_states(frames.state, options.shortest_dwell);
  Series series{{}, 2};
  for (std::size_t t = 0; t < count; ++t) {
    series.values.push_back(frames.alpha[t]);
    series.values.push_back(options.log_k ? std::log1p(frames.k[t]) : frames.k[t]);
  }
  const SegmentCost cost(std::move(series), options.model);
  std::vector<std::size_t> ends;
  if (const auto most = most_change_points(cost, options.search)) {
    SearchEnd end = options.end;
    if (end.number) end.number = std::min(*end.number, *most);
    ends = find_change_points(cost, options.search, end);
  }
  ends.push_back(count);
  std::vector<ChainSegment> segments;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    const auto part = [&](const std::vector<double>& all) {
      return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                 all.begin() + static_cast<std::ptrdiff_t>(end));
    };
    segments.push_back({begin, end, median_of(part(frames.alpha)), median_of(part(frames.k)),
                        commonest(std::span(frames.state).subspan(begin, end - begin))});
    begin = end;
  }
  return segments;
}

std::vector<DiffusiveState> states_seen(std::span<const ChainSegment> segments) {
  constexpr std::size_t one_of = 20;
  std::array<std::size_t, 4> frames{};
  std::size_t all = 0;
  for (const ChainSegment& segment : segments) {
    frames[static_cast<std::size_t>(segment.state)] += segment.end - segment.begin;
    all += segment.end - segment.begin;
  }
  std::vector<DiffusiveState> seen;
  for (std::size_t state = 0; state < frames.size(); ++state)
    if (frames[state] > 0 && one_of * frames[state] >= all) seen.push_back(static_cast<DiffusiveState>(state));
  return seen;
}

Clusters cluster_points(std::span<const std::array<double, 2>> points, std::size_t count) {
  if (points.size() < count || count == 0)
    throw std::invalid_argument(fmt::format("cluster_points: {} points for {} clusters", points.size(), count));
  constexpr int directions = 16;
  constexpr int most_rounds = 1000;
  Clusters best{{}, {}, std::numeric_limits<double>::infinity()};
  std::vector<std::size_t> order(points.size());
  for (int d = 0; d < directions; ++d) {
    // Starts from groups of as many points each, along one direction.
    const double angle = std::numbers::pi * d / directions;
    const auto along = [&](std::size_t i) { return std::cos(angle) * points[i][0] + std::sin(angle) * points[i][1]; };
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return along(a) < along(b); });
    Clusters clusters{std::vector<std::array<double, 2>>(count), std::vector<std::size_t>(points.size()), 0};
    for (std::size_t i = 0; i < order.size(); ++i) clusters.of_point[order[i]] = i * count / order.size();
    move_centres(points, clusters);
    for (int round = 0; round < most_rounds && assign_points(points, clusters); ++round) move_centres(points, clusters);
    if (clusters.inertia < best.inertia) best = std::move(clusters);
  }
  return best;
}

Clusters cluster_chain_segments(std::span<const ChainSegment> segments, std::size_t count) {
  std::vector<std::array<double, 2>> points;
  for (const ChainSegment& segment : segments) points.push_back({segment.alpha, segment.k});
  return cluster_points(points, count);
}

Clusters cluster_by_spread(std::span<const ChainSegment> segments) {
  constexpr double worth_another = 0.35;  // of the spread that is left with one cluster fewer
  constexpr std::size_t most = 3;
  std::vector<std::array<double, 2>> points;
  for (const ChainSegment& segment : segments) points.push_back({segment.alpha, std::log(std::max(segment.k, 1e-4))});
  Clusters clusters = cluster_points(points, 1);
  for (std::size_t count = 2; count <= std::min(most, points.size()); ++count) {
    Clusters more = cluster_points(points, count);
    if (!(more.inertia < worth_another * clusters.inertia)) break;
    clusters = std::move(more);
  }
  return clusters;
}

std::vector<ChainCluster> describe_clusters(std::span<const ChainSegment> segments, const Clusters& clusters) {
  double frames = 0;
  for (const ChainSegment& segment : segments) frames += static_cast<double>(segment.end - segment.begin);
  std::vector<ChainCluster> out;
  for (std::size_t c = 0; c < clusters.centres.size(); ++c) {
    std::vector<ChainSegment> members;
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (clusters.of_point[i] == c) members.push_back(segments[i]);
    if (members.empty()) continue;
    const auto count = static_cast<double>(members.size());
    ChainCluster cluster{};
    for (const ChainSegment& s : members) {
      cluster.alpha_mean += s.alpha;
      cluster.k_mean += s.k;
      cluster.share += static_cast<double>(s.end - s.begin) / frames;
    }
    cluster.alpha_mean /= count;
    cluster.k_mean /= count;
    for (const ChainSegment& s : members) {
      cluster.alpha_variance += (s.alpha - cluster.alpha_mean) * (s.alpha - cluster.alpha_mean) / count;
      cluster.k_variance += (s.k - cluster.k_mean) * (s.k - cluster.k_mean) / count;
    }
    out.push_back(cluster);
  }
  std::sort(out.begin(), out.end(), [](const ChainCluster& a, const ChainCluster& b) { return a.k_mean < b.k_mean; });
  return out;
}

}  // namespace an::segmentation
