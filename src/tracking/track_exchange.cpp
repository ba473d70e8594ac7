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
constexpr double unseen = 2e-3;      // probability a frame that a particle is not localised
constexpr double worthwhile = 0.5;   // log-likelihood that an exchange has to bring

// Two links that could be crossed: from_a → to_a and from_b → to_b become from_a → to_b and from_b → to_a. A track's
// end or beginning is a link to or from nobody.
struct Meeting {
  Node from_a, from_b, to_a, to_b;
  double gain;  // of motion, births and deaths, if they are

  bool of_links() const { return from_a != nobody && from_b != nobody && to_a != nobody && to_b != nobody; }
};

// One or two meetings of the same two tracks at which the links are crossed.
struct Exchange {
  double gain = 0;
  const Meeting* first = nullptr;
  const Meeting* second = nullptr;
};

class Exchanger {
 public:
  Exchanger(TrackGraph& graph, std::size_t memory) : graph_(graph), memory_(memory), track_(graph.size()) {}

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
    firsts_.clear();
    for (Node i = 0; i < graph_.size(); ++i) {
      if (graph_.before(i) == nobody) {
        track_[i] = static_cast<Node>(lasts_.size());
        lasts_.push_back(i);
        firsts_.push_back(i);
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
    std::vector<Node> open;  // nodes whose track crosses to the next frame, or has just ended
    for (std::size_t f = 0; f + 1 < graph_.frames(); ++f) {
      std::erase_if(open, [&](Node i) {
        const Node after = graph_.after(i);
        return after == nobody ? f > graph_.frame(i) + memory_ : graph_.frame(after) <= f;
      });
      for (Node i = graph_.first_of_frame(f); i < graph_.first_of_frame(f + 1); ++i) open.push_back(i);
      meet(open, f, stale);
    }
  }

  bool needed(Node a, Node b, const std::vector<char>& stale) const {
    return track_[a] != track_[b] && (stale[track_[a]] != 0 || stale[track_[b]] != 0);
  }

  void add(Meeting meeting) {
    if (!(meeting.gain > lowest_gain)) return;
    Node a = track_[meeting.from_a != nobody ? meeting.from_a : meeting.to_a];
    Node b = track_[meeting.from_b != nobody ? meeting.from_b : meeting.to_b];
    if (a > b) {
      std::swap(a, b);
      std::swap(meeting.from_a, meeting.from_b);
      std::swap(meeting.to_a, meeting.to_b);
    }
    meetings_[{a, b}].push_back(meeting);
  }

  // Log-likelihood of the link between two nodes, of an end or a beginning.
  double log_link(Node from, Node to) const {
    if (from == nobody && to == nobody) return 0;
    if (to == nobody) return std::log(unseen + graph_.departure(from));
    if (from == nobody) return graph_.log_birth(to) + graph_.log_fresh(to);
    return graph_.log_joined(from, to);
  }

  void cross_if_good(Node from_a, Node to_a, Node from_b, Node to_b) {
    add({from_a, from_b, to_a, to_b,
         log_link(from_a, to_b) + log_link(from_b, to_a) - log_link(from_a, to_a) - log_link(from_b, to_b)});
  }

  void meet(const std::vector<Node>& open, std::size_t f, const std::vector<char>& stale) {
    if (open.empty()) return;
    std::vector<Place> places;
    std::vector<double> reaches;
    for (const Node i : open) {
      places.push_back({graph_.y(i), graph_.x(i)});
      reaches.push_back(graph_.reach(i, f + 1 - graph_.frame(i)));
    }
    const double farthest = *std::max_element(reaches.begin(), reaches.end());
    const PlaceGrid grid(places, 2 * farthest);
    const auto in_reach = [&](std::size_t from, Node to) {
      return to == nobody || std::hypot(graph_.y(to) - places[from].y, graph_.x(to) - places[from].x) <= reaches[from];
    };
    for (std::size_t j = 0; j < open.size(); ++j)
      grid.for_each_near(places[j], [&](std::size_t k) {
        const Node a = open[j];
        const Node b = open[k];
        if (track_[a] >= track_[b] || !needed(a, b, stale)) return;
        const Node to_a = graph_.after(a);
        const Node to_b = graph_.after(b);
        // Links each once, in the frame of the later of both; an end whenever the other's link leads to the next frame.
        if (to_a == nobody && to_b == nobody) return;
        const bool links = to_a != nobody && to_b != nobody;
        if (links && std::max(graph_.frame(a), graph_.frame(b)) != f) return;
        if (!links && graph_.frame(to_a == nobody ? to_b : to_a) != f + 1) return;
        if (in_reach(j, to_b) && in_reach(k, to_a)) cross_if_good(a, to_a, b, to_b);
      });
    for (Node to = graph_.first_of_frame(f + 1); to < graph_.first_of_frame(f + 2); ++to) {
      if (graph_.before(to) != nobody) continue;
      grid.for_each_near({graph_.y(to), graph_.x(to)}, [&](std::size_t k) {
        const Node from = open[k];
        const Node old = graph_.after(from);
        if (!needed(from, to, stale) || !in_reach(k, to)) return;
        if (old == nobody)
          cross_if_good(from, nobody, nobody, to);
        else if (graph_.frame(old) == f + 1)
          cross_if_good(from, old, nobody, to);
      });
    }
  }

  Light before(Node i) const { return i == nobody ? Light{} : graph_.light_before(i); }
  double light(const Light& a, const Light& b) const { return graph_.log_light(a) + graph_.log_light(b); }

  // The best exchange of two tracks; without gain where there is none.
  Exchange best_exchange(const std::pair<Node, Node>& tracks, std::span<const Meeting> meetings) const {
    const Light all_a = graph_.light_before(lasts_[tracks.first]);
    const Light all_b = graph_.light_before(lasts_[tracks.second]);
    const double now = light(all_a, all_b);
    Exchange best;
    for (std::size_t i = 0; i < meetings.size(); ++i) {
      const Meeting& first = meetings[i];
      const Light head_a = before(first.from_a);
      const Light head_b = before(first.from_b);
      const double gain = first.gain + light(head_a + (all_b - head_b), head_b + (all_a - head_a)) - now;
      if (gain > best.gain) best = {gain, &first, nullptr};
      if (!first.of_links()) continue;
      for (std::size_t j = i + 1; j < meetings.size(); ++j) {
        const Meeting& second = meetings[j];
        if (first.gain + second.gain < lowest_gain || !second.of_links() || second.from_a == first.from_a ||
            second.from_b == first.from_b)
          continue;
        const Light middle_a = before(second.from_a) - head_a;
        const Light middle_b = before(second.from_b) - head_b;
        const double both =
            first.gain + second.gain + light(all_a - middle_a + middle_b, all_b - middle_b + middle_a) - now;
        if (both > best.gain) best = {both, &first, &second};
      }
    }
    return best;
  }

  void cross(const Meeting& meeting) {
    graph_.join(meeting.from_a, meeting.to_b);
    graph_.join(meeting.from_b, meeting.to_a);
  }

  std::size_t make_best(std::vector<char>& stale) {
    struct Choice {
      Exchange exchange;
      Node a, b;
    };
    std::vector<Choice> choices;
    for (const auto& [pair, meetings] : meetings_) {
      const Exchange best = best_exchange(pair, meetings);
      if (best.gain > worthwhile) choices.push_back({best, pair.first, pair.second});
    }
    std::stable_sort(choices.begin(), choices.end(),
                     [](const Choice& a, const Choice& b) { return a.exchange.gain > b.exchange.gain; });
    std::fill(stale.begin(), stale.end(), char{0});
    std::size_t made = 0;
    for (const Choice& choice : choices) {
      if (stale[choice.a] != 0 || stale[choice.b] != 0) continue;
      stale[choice.a] = stale[choice.b] = 1;
      cross(*choice.exchange.first);
      if (choice.exchange.second != nullptr) cross(*choice.exchange.second);
      ++made;
    }
    if (made > 0) renumber(stale);
    return made;
  }

  // Numbers and messages of the tracks that were changed. A track keeps the number of its first node.
  void renumber(std::vector<char>& stale) {
    for (Node i = 0; i < graph_.size(); ++i) {
      if (stale[track_[i]] == 0) continue;
      if (graph_.before(i) != nobody) {
        track_[i] = track_[graph_.before(i)];
      } else if (firsts_[track_[i]] != i) {  // a new beginning
        const auto found = std::find_if(firsts_.begin(), firsts_.end(), [&](Node first) { return first == i; });
        if (found == firsts_.end()) {
          track_[i] = static_cast<Node>(firsts_.size());
          firsts_.push_back(i);
          lasts_.push_back(i);
          stale.push_back(1);
        } else {
          track_[i] = static_cast<Node>(found - firsts_.begin());
        }
      }
      lasts_[track_[i]] = i;
    }
    for (std::size_t t = 0; t < lasts_.size(); ++t)
      if (stale[t] != 0) graph_.update_track(lasts_[t]);
  }

  TrackGraph& graph_;
  std::size_t memory_;
  std::vector<Node> track_;           // of each node
  std::vector<Node> firsts_, lasts_;  // of each track
  std::map<std::pair<Node, Node>, std::vector<Meeting>> meetings_;
};

}  // namespace

std::size_t exchange_tails(TrackGraph& graph, std::size_t memory, std::size_t rounds) {
  return Exchanger(graph, memory).run(rounds);
}

}  // namespace an::tracking
