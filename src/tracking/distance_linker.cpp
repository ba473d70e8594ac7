// SPDX-License-Identifier: MIT
#include "tracking/distance_linker.hpp"

#include <algorithm>
#include <cmath>

#include "core/sparse_assignment.hpp"
#include "tracking/disjoint_sets.hpp"
#include "tracking/place_grid.hpp"

namespace an::tracking {

namespace {

constexpr std::size_t most_neighbours = 10;
constexpr std::size_t largest_subnet = 30;
constexpr std::size_t largest_adaptive_subnet = 15;
constexpr std::size_t most_candidates = 9;
constexpr double range_margin = 1e-7;

// A particle that the next frame's places may belong to.
struct Source {
  Place place;
  std::size_t track;
  std::size_t missing;  // frames
};

// A source and a place it may have moved to.
struct Candidate {
  std::size_t source, place;
  double distance;
};

}  // namespace

struct DistanceLinker::Work {
  DistanceLinkerParameters parameters;
  std::vector<Source> sources;
  std::size_t tracks = 0;
  std::size_t oversized = 0;
  SparseAssignment assignment;
  std::vector<std::size_t> source_of_place;

  // Every place's nearest sources in range.
  std::vector<Candidate> candidates(std::span<const Place> places) const {
    std::vector<Place> from(sources.size());
    std::transform(sources.begin(), sources.end(), from.begin(), [](const Source& s) { return s.place; });
    const PlaceGrid grid(from, parameters.search_range);
    std::vector<Candidate> all, near;
    for (std::size_t p = 0; p < places.size(); ++p) {
      near.clear();
      grid.for_each_near(places[p], parameters.search_range + range_margin, [&](std::size_t s) {
        const double distance = length_of(places[p].y - from[s].y, places[p].x - from[s].x);
        if (distance < parameters.search_range + range_margin) near.push_back({s, p, distance});
      });
      std::sort(near.begin(), near.end(), [](const Candidate& a, const Candidate& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.source < b.source;
      });
      if (near.size() > most_neighbours) near.resize(most_neighbours);
      all.insert(all.end(), near.begin(), near.end());
    }
    return all;
  }

  // Links the candidates, which are ordered by source, of a set of connected particles.
  void solve(std::span<const Candidate> subnet, double range) {
    std::vector<std::size_t> rows, columns;
    for (const Candidate& c : subnet) {
      if (rows.empty() || rows.back() != c.source) rows.push_back(c.source);
      columns.push_back(c.place);
    }
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    assignment.begin(columns.size());
    std::size_t last = SparseAssignment::none;
    for (const Candidate& c : subnet) {
      if (c.source != last) assignment.add_row(range * range);
      last = c.source;
      const auto column = std::lower_bound(columns.begin(), columns.end(), c.place) - columns.begin();
      assignment.add_pair(static_cast<std::size_t>(column), c.distance * c.distance);
    }
    const std::span<const std::size_t> chosen = assignment.solve();
    for (std::size_t row = 0; row < rows.size(); ++row)
      if (chosen[row] != SparseAssignment::none) source_of_place[columns[chosen[row]]] = rows[row];
  }

  bool is_oversized(std::span<const Candidate> subnet) const {
    std::size_t count = 0;
    std::size_t of_source = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < subnet.size(); ++i) {
      if (i == 0 || subnet[i].source != subnet[i - 1].source) {
        ++count;
        of_source = 0;
      }
      most = std::max(most, ++of_source + 1);  // and the candidate "lost"
    }
    return parameters.adaptive_stop ? count > largest_adaptive_subnet
                                    : count > largest_subnet || (count > 3 && most > most_candidates);
  }

  // Splits candidates into connected sets; those too large are split again with a smaller range, if that may adapt.
  void split(std::vector<Candidate> all, std::size_t places, double range) {
    std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
      return a.source != b.source ? a.source < b.source : a.place < b.place;
    });
    DisjointSets sets(sources.size() + places);
    for (const Candidate& c : all) sets.join(c.source, sources.size() + c.place);
    std::stable_sort(all.begin(), all.end(),
                     [&](const Candidate& a, const Candidate& b) { return sets.find(a.source) < sets.find(b.source); });
    for (auto first = all.begin(); first != all.end();) {
      const std::size_t root = sets.find(first->source);
      const auto last = std::find_if(first, all.end(), [&](const Candidate& c) { return sets.find(c.source) != root; });
      const std::span<const Candidate> subnet(first, last);
      first = last;
      if (!is_oversized(subnet)) {
        solve(subnet, range);
        continue;
      }
      const double smaller = range * parameters.adaptive_step;
      if (!parameters.adaptive_stop || smaller < *parameters.adaptive_stop) {
        ++oversized;
        solve(subnet, range);
        continue;
      }
      std::vector<Candidate> nearer;
      for (const Candidate& c : subnet)
        if (c.distance <= smaller) nearer.push_back(c);
      split(std::move(nearer), places, smaller);
    }
  }

  std::vector<std::size_t> link(std::span<const Place> places) {
    source_of_place.assign(places.size(), SparseAssignment::none);
    split(candidates(places), places.size(), parameters.search_range);
    std::vector<std::size_t> track(places.size());
    std::vector<char> found(sources.size(), 0);
    std::vector<Source> next;
    for (std::size_t p = 0; p < places.size(); ++p) {
      const std::size_t source = source_of_place[p];
      track[p] = source == SparseAssignment::none ? tracks++ : sources[source].track;
      if (source != SparseAssignment::none) found[source] = 1;
      next.push_back({places[p], track[p], 0});
    }
    for (std::size_t s = 0; s < sources.size(); ++s) {
      if (found[s] != 0 || sources[s].missing >= parameters.memory) continue;
      next.push_back(sources[s]);
      ++next.back().missing;
    }
    sources = std::move(next);
    return track;
  }
};

DistanceLinker::DistanceLinker(const DistanceLinkerParameters& parameters)
    : work_(std::make_unique<Work>(Work{parameters, {}, 0, 0, {}, {}})) {}
DistanceLinker::~DistanceLinker() = default;
std::vector<std::size_t> DistanceLinker::link(std::span<const Place> places) { return work_->link(places); }
std::size_t DistanceLinker::oversized() const { return work_->oversized; }

}  // namespace an::tracking
