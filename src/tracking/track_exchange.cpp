// SPDX-License-Identifier: MIT
#include "tracking/track_exchange.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "tracking/place_grid.hpp"

namespace an::tracking {

namespace {

using Node = TrackGraph::Node;
constexpr Node nobody = TrackGraph::nobody;

constexpr double lowest_gain = -40;  // of motion alone; brightness cannot make good what is worse
constexpr double worthwhile = 0.5;   // log-likelihood that an exchange has to bring

// Two links that could be crossed: a → after(a) and b → after(b) become a → after(b) and b → after(a).
struct Meeting {
  Node a, b;    // a is of the track with the lower number
  double gain;  // of the motion, if they are
};

// One or two meetings of the same two tracks at which the links are crossed.
struct Exchange {
  double gain;
  Node a, b;
  Node later_a = nobody, later_b = nobody;
};

class Exchanger {
 public:
  explicit Exchanger(TrackGraph& graph) : graph_(graph), track_(graph.size()) {}

  std::size_t run(std::size_t rounds) {
    std::vector<char> stale;
    number_tracks(stale);
    for (const Node last : lasts_) graph_.update_track(last);
    std::size_t made = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      find_meetings(stale);
      const std::size_t now = make_best(stale);
      made += now;
      if (now == 0) break;
    }
    return made;
  }

 private:
  void number_tracks(std::vector<char>& stale) {
    lasts_.clear();
    for (Node i = 0; i < graph_.size(); ++i) {
      if (graph_.before(i) == nobody) {
        track_[i] = static_cast<Node>(lasts_.size());
        lasts_.push_back(i);
      } else {
        track_[i] = track_[graph_.before(i)];
        lasts_[track_[i]] = i;
      }
    }
    stale.assign(lasts_.size(), 1);
  }

  // All meetings of pairs of tracks of which one is stale; those of others are known.
  void find_meetings(const std::vector<char>& stale) {
    std::erase_if(meetings_,
                  [&](const auto& entry) { return stale[entry.first.first] != 0 || stale[entry.first.second] != 0; });
    std::vector<Node> open;  // nodes whose link crosses to the next frame
    for (std::size_t f = 0; f + 1 < graph_.frames(); ++f) {
      std::erase_if(open, [&](Node i) { return graph_.frame(graph_.after(i)) <= f; });
      for (Node i = graph_.first_of_frame(f); i < graph_.first_of_frame(f + 1); ++i)
        if (graph_.after(i) != nobody) open.push_back(i);
      meet(open, f, stale);
    }
  }

  void meet(const std::vector<Node>& open, std::size_t f, const std::vector<char>& stale) {
    std::vector<Place> places;
    std::vector<double> reaches;
    for (const Node i : open) {
      places.push_back({graph_.y(i), graph_.x(i)});
      reaches.push_back(graph_.reach(i, graph_.frame(graph_.after(i)) - graph_.frame(i)));
    }
    if (open.empty()) return;
    const PlaceGrid grid(places, 2 * *std::max_element(reaches.begin(), reaches.end()));
    const auto in_reach = [&](std::size_t from, Node to) {
      return std::hypot(graph_.y(to) - places[from].y, graph_.x(to) - places[from].x) <= reaches[from];
    };
    for (std::size_t j = 0; j < open.size(); ++j)
      grid.for_each_near(places[j], [&](std::size_t k) {
        const Node a = open[j];
        const Node b = open[k];
        // Each pair once, in the frame of the later of both.
        if (track_[a] >= track_[b] || std::max(graph_.frame(a), graph_.frame(b)) != f) return;
        if (stale[track_[a]] == 0 && stale[track_[b]] == 0) return;
        const Node after_a = graph_.after(a);
        const Node after_b = graph_.after(b);
        if (!in_reach(j, after_b) || !in_reach(k, after_a)) return;
        const double gain = graph_.log_joined(a, after_b) + graph_.log_joined(b, after_a) -
                            graph_.log_joined(a, after_a) - graph_.log_joined(b, after_b);
        if (gain > lowest_gain) meetings_[{track_[a], track_[b]}].push_back({a, b, gain});
      });
  }

  double light(const Light& a, const Light& b) const { return graph_.log_light(a) + graph_.log_light(b); }

  // The best exchange of two tracks; its gain is below what is worthwhile where there is none.
  Exchange best_exchange(std::span<const Meeting> meetings) const {
    const Meeting& any = meetings.front();
    const Light all_a = graph_.light_before(any.a) + graph_.light_after(graph_.after(any.a));
    const Light all_b = graph_.light_before(any.b) + graph_.light_after(graph_.after(any.b));
    const double now = light(all_a, all_b);
    Exchange best{0, nobody, nobody};
    for (std::size_t i = 0; i < meetings.size(); ++i) {
      const Meeting& first = meetings[i];
      const Light head_a = graph_.light_before(first.a);
      const Light head_b = graph_.light_before(first.b);
      const double gain = first.gain + light(head_a + (all_b - head_b), head_b + (all_a - head_a)) - now;
      if (gain > best.gain) best = {gain, first.a, first.b};
      for (std::size_t j = i + 1; j < meetings.size(); ++j) {
        const Meeting& second = meetings[j];
        if (first.gain + second.gain < lowest_gain || second.a == first.a || second.b == first.b) continue;
        const Light middle_a = graph_.light_before(second.a) - head_a;
        const Light middle_b = graph_.light_before(second.b) - head_b;
        const double both =
            first.gain + second.gain + light(all_a - middle_a + middle_b, all_b - middle_b + middle_a) - now;
        if (both > best.gain) best = {both, first.a, first.b, second.a, second.b};
      }
    }
    return best;
  }

  void cross(Node a, Node b) {
    const Node after_a = graph_.after(a);
    const Node after_b = graph_.after(b);
    graph_.link(a, after_b);
    graph_.link(b, after_a);
  }

  std::size_t make_best(std::vector<char>& stale) {
    std::vector<Exchange> exchanges;
    for (const auto& [pair, meetings] : meetings_) {
      const Exchange best = best_exchange(meetings);
      if (best.gain > worthwhile) exchanges.push_back(best);
    }
    std::stable_sort(exchanges.begin(), exchanges.end(),
                     [](const Exchange& a, const Exchange& b) { return a.gain > b.gain; });
    std::fill(stale.begin(), stale.end(), char{0});
    std::size_t made = 0;
    for (const Exchange& exchange : exchanges) {
      const Node a = track_[exchange.a];
      const Node b = track_[exchange.b];
      if (stale[a] != 0 || stale[b] != 0) continue;
      stale[a] = stale[b] = 1;
      cross(exchange.a, exchange.b);
      if (exchange.later_a != nobody) cross(exchange.later_a, exchange.later_b);
      ++made;
    }
    // The tracks that were changed, anew.
    for (Node i = 0; i < graph_.size(); ++i) {
      if (stale[track_[i]] == 0 || graph_.before(i) == nobody) continue;
      track_[i] = track_[graph_.before(i)];
      lasts_[track_[i]] = i;
    }
    for (std::size_t t = 0; t < lasts_.size(); ++t)
      if (stale[t] != 0) graph_.update_track(lasts_[t]);
    return made;
  }

  TrackGraph& graph_;
  std::vector<Node> track_;  // of each node
  std::vector<Node> lasts_;  // last node of each track
  std::map<std::pair<Node, Node>, std::vector<Meeting>> meetings_;
};

}  // namespace

std::size_t exchange_tails(TrackGraph& graph, std::size_t rounds) { return Exchanger(graph).run(rounds); }

}  // namespace an::tracking
