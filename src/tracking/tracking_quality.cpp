// SPDX-License-Identifier: MIT
#include "tracking/tracking_quality.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/sparse_assignment.hpp"
#include "tracking/place_grid.hpp"
#include "tracking/vip_matching.hpp"

namespace an::tracking {

namespace {

constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(part) / static_cast<double>(whole);
}

// Indices of points by frame, then as given.
std::vector<std::size_t> by_frame(std::span<const TrackPoint> points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a].frame < points[b].frame; });
  return order;
}

std::span<const std::size_t> of_frame(std::span<const TrackPoint> points, std::span<const std::size_t> order,
                                      std::int64_t frame) {
  const auto first =
      std::partition_point(order.begin(), order.end(), [&](std::size_t i) { return points[i].frame < frame; });
  const auto last = std::partition_point(first, order.end(), [&](std::size_t i) { return points[i].frame == frame; });
  return {first, last};
}

class Comparison {
 public:
  Comparison(std::span<const TrackPoint> truth, std::span<const TrackPoint> tracks)
      : truth_(truth), tracks_(tracks), truth_order_(by_frame(truth)), track_order_(by_frame(tracks)) {
    match();
  }

  TrackingQuality quality(std::span<const std::int64_t> vips) {
    quality_.truth = truth_.size();
    quality_.localisations = tracks_.size();
    count_truth();
    count_links();
    count_whole();
    count_vips(vips);
    return std::move(quality_);
  }

 private:
  // Which truth each point of a track is.
  void match() {
    owner_.assign(tracks_.size(), nothing);
    SparseAssignment assignment;
    std::vector<Place> places;
    for (auto at = truth_order_.begin(); at != truth_order_.end();) {
      const std::int64_t frame = truth_[*at].frame;
      const std::span<const std::size_t> here = of_frame(truth_, truth_order_, frame);
      const std::span<const std::size_t> found = of_frame(tracks_, track_order_, frame);
      at += static_cast<std::ptrdiff_t>(here.size());
      places.clear();
      for (const std::size_t i : found) places.push_back({tracks_[i].y, tracks_[i].x});
      const PlaceGrid grid(places, found_distance);
      assignment.begin(found.size());
      for (const std::size_t i : here) {
        assignment.add_row(1e6);
        grid.for_each_near({truth_[i].y, truth_[i].x}, found_distance, [&](std::size_t j) {
          const double squared = std::pow(places[j].y - truth_[i].y, 2) + std::pow(places[j].x - truth_[i].x, 2);
          if (squared <= found_distance * found_distance) assignment.add_pair(j, squared);
        });
      }
      const std::span<const std::size_t> chosen = assignment.solve();
      for (std::size_t row = 0; row < here.size(); ++row) {
        if (chosen[row] == SparseAssignment::none) continue;
        const TrackPoint& a = truth_[here[row]];
        const Place& b = places[chosen[row]];
        owner_[found[chosen[row]]] = here[row];
        ++quality_.found;
        quality_.squared_error += (a.y - b.y) * (a.y - b.y) + (a.x - b.x) * (a.x - b.x);
      }
    }
  }

  void count_truth() {
    std::map<std::int64_t, std::int64_t> last;
    for (const std::size_t i : truth_order_) {
      const auto [found, is_new] = last.try_emplace(truth_[i].track, truth_[i].frame);
      if (!is_new && truth_[i].frame == found->second + 1) ++quality_.truth_links;
      found->second = truth_[i].frame;
      ++lengths_[truth_[i].track];
    }
    quality_.trajectories = lengths_.size();
  }

  void count_links() {
    std::map<std::int64_t, std::size_t> last;
    std::map<std::int64_t, std::size_t> last_owner;
    for (const std::size_t i : track_order_) {
      const TrackPoint& point = tracks_[i];
      const auto [found, is_new] = last.try_emplace(point.track, i);
      if (!is_new) add_link(found->second, i);
      found->second = i;
      if (owner_[i] == nothing) continue;
      const auto [before, first] = last_owner.try_emplace(point.track, owner_[i]);
      if (!first && truth_[before->second].track != truth_[owner_[i]].track) ++quality_.swaps;
      before->second = owner_[i];
    }
    quality_.tracks = last.size();
  }

  void add_link(std::size_t from, std::size_t to) {
    const TrackPoint& a = tracks_[from];
    const TrackPoint& b = tracks_[to];
    const auto missing = static_cast<std::size_t>(b.frame - a.frame - 1);
    const auto count = [](std::vector<std::size_t>& histogram, std::size_t bin) {
      if (histogram.size() <= bin) histogram.resize(bin + 1);
      ++histogram[bin];
    };
    count(quality_.link_distances, static_cast<std::size_t>(std::min(std::hypot(a.y - b.y, a.x - b.x), 1000.0)));
    if (missing > 0) {
      ++quality_.gaps;
      count(quality_.gap_lengths, missing - 1);
    }
    const bool same =
        owner_[from] != nothing && owner_[to] != nothing && truth_[owner_[from]].track == truth_[owner_[to]].track;
    if (!same)
      ++quality_.wrong_links;
    else if (missing == 0)
      ++quality_.right_links;
  }

  void count_whole() {
    std::map<std::int64_t, std::size_t> track_lengths;
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
      ++track_lengths[tracks_[i].track];
      if (owner_[i] != nothing) ++shared_[truth_[owner_[i]].track][tracks_[i].track];
    }
    for (const auto& [trajectory, tracks] : shared_) {
      const auto best = std::max_element(tracks.begin(), tracks.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      const auto part = static_cast<double>(best->second);
      if (part >= whole_share * static_cast<double>(lengths_[trajectory]) &&
          part >= whole_share * static_cast<double>(track_lengths[best->first]))
        ++quality_.whole;
    }
  }

  void count_vips(std::span<const std::int64_t> vips) {
    quality_.vips = vips.size();
    const std::span<const std::size_t> here = of_frame(truth_, truth_order_, 0);
    const std::span<const std::size_t> found = of_frame(tracks_, track_order_, 0);
    std::vector<Place> localised, labelled;
    std::vector<std::int64_t> present;
    for (const std::size_t i : found) localised.push_back({tracks_[i].y, tracks_[i].x});
    for (const std::int64_t vip : vips)
      for (const std::size_t i : here)
        if (truth_[i].track == vip) {
          present.push_back(vip);
          labelled.push_back({std::floor(truth_[i].y) + 0.5, std::floor(truth_[i].x) + 0.5});
        }
    const std::vector<std::size_t> chosen = nearest_assignment(labelled, localised);
    for (std::size_t v = 0; v < present.size(); ++v) {
      if (chosen[v] == SparseAssignment::none) continue;
      const std::size_t point = found[chosen[v]];
      if (owner_[point] != nothing && truth_[owner_[point]].track == present[v]) ++quality_.vips_found;
      const auto tracks = shared_.find(present[v]);
      if (tracks == shared_.end()) continue;
      const auto own = tracks->second.find(tracks_[point].track);
      if (own != tracks->second.end())
        quality_.vip_coverage += static_cast<double>(own->second) / static_cast<double>(lengths_[present[v]]);
    }
  }

  std::span<const TrackPoint> truth_, tracks_;
  std::vector<std::size_t> truth_order_, track_order_, owner_;
  std::map<std::int64_t, std::size_t> lengths_;                         // of trajectories
  std::map<std::int64_t, std::map<std::int64_t, std::size_t>> shared_;  // points of a trajectory by track
  TrackingQuality quality_;
};

void add_histogram(std::vector<std::size_t>& sum, const std::vector<std::size_t>& other) {
  sum.resize(std::max(sum.size(), other.size()));
  for (std::size_t i = 0; i < other.size(); ++i) sum[i] += other[i];
}

}  // namespace

double TrackingQuality::recall() const { return ratio(found, truth); }
double TrackingQuality::precision() const { return ratio(found, localisations); }
double TrackingQuality::rmse() const { return std::sqrt(squared_error / (2 * static_cast<double>(found))); }
double TrackingQuality::link_jsc() const { return ratio(right_links, truth_links + wrong_links); }
double TrackingQuality::whole_share() const { return ratio(whole, trajectories); }
double TrackingQuality::vip_share() const { return vip_coverage / static_cast<double>(vips); }

TrackingQuality& TrackingQuality::operator+=(const TrackingQuality& other) {
  truth += other.truth;
  localisations += other.localisations;
  found += other.found;
  squared_error += other.squared_error;
  truth_links += other.truth_links;
  right_links += other.right_links;
  wrong_links += other.wrong_links;
  trajectories += other.trajectories;
  whole += other.whole;
  tracks += other.tracks;
  swaps += other.swaps;
  gaps += other.gaps;
  vips += other.vips;
  vips_found += other.vips_found;
  vip_coverage += other.vip_coverage;
  add_histogram(link_distances, other.link_distances);
  add_histogram(gap_lengths, other.gap_lengths);
  return *this;
}

TrackingQuality tracking_quality(std::span<const TrackPoint> truth, std::span<const TrackPoint> tracks,
                                 std::span<const std::int64_t> vips) {
  return Comparison(truth, tracks).quality(vips);
}

Place frame_origin(std::span<const TrackPoint> truth, std::span<const TrackPoint> tracks) {
  constexpr std::size_t enough = 400000;  // pairs
  constexpr double bin = 0.5;             // px
  const std::vector<std::size_t> truth_order = by_frame(truth);
  const std::vector<std::size_t> track_order = by_frame(tracks);
  std::vector<Place> shifts;
  for (const std::size_t i : truth_order) {
    if (shifts.size() > enough) break;
    for (const std::size_t j : of_frame(tracks, track_order, truth[i].frame))
      shifts.push_back({truth[i].y - tracks[j].y, truth[i].x - tracks[j].x});
  }
  std::map<std::pair<long, long>, std::size_t> votes;
  const auto bin_of = [](const Place& shift) {
    return std::pair{std::lround(shift.y / bin), std::lround(shift.x / bin)};
  };
  for (const Place& shift : shifts) ++votes[bin_of(shift)];
  const auto best =
      std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (best == votes.end()) return {};
  // The challenge's origins are whole pixels; others are means of what is near.
  std::vector<double> down, across;
  for (const Place& shift : shifts)
    if (std::abs(shift.y - static_cast<double>(best->first.first) * bin) < 1 &&
        std::abs(shift.x - static_cast<double>(best->first.second) * bin) < 1) {
      down.push_back(shift.y);
      across.push_back(shift.x);
    }
  const auto middle = [](std::vector<double>& values) {
    const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), half, values.end());
    const double whole = std::round(*half);
    return std::abs(*half - whole) < 0.1 ? whole : *half;
  };
  return {middle(down), middle(across)};
}

}  // namespace an::tracking
