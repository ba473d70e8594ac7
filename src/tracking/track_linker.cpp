// SPDX-License-Identifier: MIT
#include "tracking/track_linker.hpp"

#include <algorithm>
#include <cmath>

#include "core/small_numbers.hpp"
#include "core/sparse_assignment.hpp"
#include "tracking/place_grid.hpp"
#include "tracking/track_exchange.hpp"
#include "tracking/track_graph.hpp"

namespace an::tracking {

namespace {

using Node = TrackGraph::Node;
constexpr Node nobody = TrackGraph::nobody;

constexpr double grid_cell = 8;  // px

// Links by assignments from frame to frame.
class FrameSweeps {
 public:
  FrameSweeps(TrackGraph& graph, std::size_t memory) : graph_(graph), memory_(memory) {}

  // Solves the assignments of all frames, each in the light of all later links (but in the first pass) and of the new
  // earlier ones.
  void sweep(bool with_future) {
    with_light_ = with_future;
    if (with_future)
      for (Node i = static_cast<Node>(graph_.size()); i-- > 0;) graph_.look_back(i);
    else
      graph_.forget_future();
    std::vector<Node> before(graph_.size(), nobody);
    std::vector<Node> open;  // last nodes of tracks that may go on
    std::size_t missed = 0;
    std::size_t linked = 0;
    for (std::size_t f = 0; f < graph_.frames(); ++f) {
      std::erase_if(open, [&](Node i) { return f - graph_.frame(i) > memory_ + 1; });
      assign(open, f, before);
      taken_.clear();
      for (Node i = graph_.first_of_frame(f); i < graph_.first_of_frame(f + 1); ++i) {
        graph_.look_ahead(i, before[i]);
        if (before[i] == nobody) continue;
        missed += f - graph_.frame(before[i]) - 1;
        ++linked;
        taken_.push_back(before[i]);
      }
      std::sort(taken_.begin(), taken_.end());
      std::erase_if(open, [&](Node i) { return std::binary_search(taken_.begin(), taken_.end(), i); });
      for (Node i = graph_.first_of_frame(f); i < graph_.first_of_frame(f + 1); ++i) open.push_back(i);
    }
    graph_.set_links(std::move(before));
    graph_.learn_motion();
    miss_ = (static_cast<double>(missed) + 1) / (static_cast<double>(linked) + 100);
  }

 private:
  // Finds the node before each localisation of frame f among the open tracks.
  void assign(const std::vector<Node>& open, std::size_t f, std::vector<Node>& before) {
    const Node begin = graph_.first_of_frame(f);
    const std::size_t here = graph_.first_of_frame(f + 1) - begin;
    if (here == 0 || open.empty()) return;
    std::vector<Place> places;
    std::vector<double> alone;  // log-likelihood of beginning a track
    for (std::size_t j = 0; j < here; ++j) {
      const auto i = static_cast<Node>(begin + j);
      places.push_back({graph_.y(i), graph_.x(i)});
      alone.push_back(graph_.log_birth(i) + graph_.log_fresh(i));
    }
    std::vector<double> reaches;
    for (const Node i : open) reaches.push_back(graph_.reach(i, f - graph_.frame(i)));
    const PlaceGrid grid(places, grid_cell);
    assignment_.begin(here);
    for (std::size_t k = 0; k < open.size(); ++k) {
      const Node from = open[k];
      assignment_.add_row(-std::log(miss_ + graph_.departure(from)));
      const Place place{graph_.y(from), graph_.x(from)};
      grid.for_each_near(place, reaches[k], [&](std::size_t j) {
        if (length_of(places[j].y - place.y, places[j].x - place.x) > reaches[k]) return;
        const auto to = static_cast<Node>(begin + j);
        double gain = graph_.log_joined(from, to) - alone[j];
        if (with_light_) gain += log_same_light(from, to);
        assignment_.add_pair(j, -gain);
      });
    }
    const std::span<const std::size_t> chosen = assignment_.solve();
    for (std::size_t k = 0; k < open.size(); ++k)
      if (chosen[k] != SparseAssignment::none) before[begin + chosen[k]] = open[k];
  }

  double log_same_light(Node from, Node to) const {
    const Light& a = graph_.light_before(from);
    const Light& b = graph_.light_after(to);
    return graph_.log_light(a + b) - graph_.log_light(a) - graph_.log_light(b);
  }

  TrackGraph& graph_;
  std::size_t memory_;
  bool with_light_ = false;
  std::vector<Node> taken_;
  SparseAssignment assignment_;
  double miss_ = 0.05;  // probability a frame of not being localised
};

std::vector<std::vector<std::size_t>> numbered_tracks(const TrackGraph& graph, std::size_t shortest) {
  std::vector<std::size_t> length(graph.size(), 1);
  for (auto i = static_cast<Node>(graph.size()); i-- > 0;)
    if (graph.after(i) != nobody) length[i] += length[graph.after(i)];
  std::vector<std::size_t> track(graph.size(), no_track);
  std::size_t count = 0;
  for (Node i = 0; i < graph.size(); ++i) {
    if (graph.before(i) != nobody)
      track[i] = track[graph.before(i)];
    else if (length[i] >= shortest)
      track[i] = count++;
  }
  std::vector<std::vector<std::size_t>> tracks;
  for (std::size_t f = 0; f < graph.frames(); ++f)
    tracks.emplace_back(track.begin() + graph.first_of_frame(f), track.begin() + graph.first_of_frame(f + 1));
  return tracks;
}

}  // namespace

std::vector<std::vector<std::size_t>> link_tracks(std::span<const std::vector<Localisation>> frames,
                                                  const TrackLinkerParameters& parameters) {
  const SmallNumbersAreZeros densities_are_small;
  TrackGraph graph(frames, parameters.prior);
  FrameSweeps sweeps(graph, parameters.memory);
  sweeps.sweep(false);
  exchange_tails(graph, parameters.memory, parameters.rounds);
  sweeps.sweep(true);
  exchange_tails(graph, parameters.memory, parameters.rounds);
  return numbered_tracks(graph, parameters.shortest_track);
}

}  // namespace an::tracking
