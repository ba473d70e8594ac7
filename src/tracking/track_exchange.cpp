// SPDX-License-Identifier: MIT
#include "tracking/track_exchange.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "tracking/place_grid.hpp"

namespace an::tracking {

namespace {

using Node = TrackGraph::Node;
constexpr Node nobody = TrackGraph::nobody;

constexpr double grid_cell = 8;            // px
constexpr double lowest_gain = -25;        // of motion alone; brightness cannot make good what is worse
constexpr double unseen = 2e-3;            // probability a frame that a particle is not localised
constexpr double worthwhile = 0.5;         // log-likelihood that an exchange has to bring
constexpr std::size_t most_between = 500;  // meetings of two tracks, from a crossing to the crossing back

// Two links that could be crossed: from_a → to_a and from_b → to_b become from_a → to_b and from_b → to_a. A track's
// end or beginning is a link to or from nobody.
struct Meeting {
  Node from_a, from_b, to_a, to_b;
  double gain;  // of motion, births and deaths, if they are

  auto order() const { return std::array<Node, 4>{from_a, from_b, to_a, to_b}; }
  bool of_links() const { return from_a != nobody && from_b != nobody && to_a != nobody && to_b != nobody; }
};

// One or two meetings of the same two tracks at which the links are crossed.
struct Exchange {
  double gain = 0;
  const Meeting* first = nullptr;
  const Meeting* second = nullptr;
};

// Two tracks that meet.
struct Pair {
  std::vector<Meeting> meetings;
  Exchange best;
};

class Exchanger {
 public:
  Exchanger(TrackGraph& graph, std::size_t memory) : graph_(graph), memory_(memory), track_(graph.size()) {
    for (std::size_t f = 0; f < graph.frames(); ++f) {
      std::vector<Place> places;
      for (Node i = graph.first_of_frame(f); i < graph.first_of_frame(f + 1); ++i)
        places.push_back({graph.y(i), graph.x(i)});
      grids_.emplace_back(places, grid_cell);
    }
  }

  void run(std::size_t rounds) {
    std::vector<char> stale;
    number_tracks(stale);
    own_link_.resize(graph_.size());
    for (const Node last : lasts_) update(last);
    for (std::size_t round = 0; round < rounds; ++round) {
      find_meetings(stale);
      if (!make_best(stale)) break;
    }
  }

 private:
  void update(Node last) {
    graph_.update_track(last);
    for (Node i = last; i != nobody; i = graph_.before(i)) own_link_[i] = std::numeric_limits<double>::quiet_NaN();
  }

  void number_tracks(std::vector<char>& stale) {
    for (Node i = 0; i < graph_.size(); ++i) {
      if (graph_.before(i) == nobody) {
        track_[i] = static_cast<Node>(lasts_.size());
        numbers_[i] = track_[i];
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
    std::erase_if(pairs_,
                  [&](const auto& entry) { return stale[entry.first.first] != 0 || stale[entry.first.second] != 0; });
    for (Node a = 0; a < graph_.size(); ++a) {
      const Node to_a = graph_.after(a);
      const std::size_t f = graph_.frame(a);
      // Ends and gaps are few, and meet what lies behind the next frame.
      const bool special = to_a == nobody || graph_.frame(to_a) > f + 1;
      if (!special && stale[track_[a]] == 0) continue;
      const std::size_t last = std::min(f + 1 + (special ? memory_ : 0), graph_.frames() - 1);
      for (std::size_t g = f + 1; g <= last; ++g) {
        const double reach = graph_.reach(a, g - f);
        grids_[g].for_each_near({graph_.y(a), graph_.x(a)}, reach, [&](std::size_t k) {
          const auto to_b = static_cast<Node>(graph_.first_of_frame(g) + k);
          if (to_b != to_a && distance(a, to_b) <= reach) meet(a, to_b, stale);
        });
      }
    }
    for (auto& [tracks, pair] : pairs_)
      if (stale[tracks.first] != 0 || stale[tracks.second] != 0) choose_best(tracks, pair);
  }

  double distance(Node from, Node to) const {
    return length_of(graph_.y(from) - graph_.y(to), graph_.x(from) - graph_.x(to));
  }

  // Node a could link to to_b, which now belongs to another or to nobody.
  void meet(Node a, Node to_b, const std::vector<char>& stale) {
    if (track_[a] == track_[to_b] || (stale[track_[a]] == 0 && stale[track_[to_b]] == 0)) return;
    const Node to_a = graph_.after(a);
    const Node b = graph_.before(to_b);
    if (b != nobody && to_a != nobody) {
      if (graph_.frame(b) >= graph_.frame(to_a) || graph_.frame(to_a) - graph_.frame(b) > memory_ + 1) return;
      if (distance(b, to_a) > graph_.reach(b, graph_.frame(to_a) - graph_.frame(b))) return;
    }
    // What one link loses the other hardly makes good.
    const double first = log_link(a, to_b) - log_own_link(a, to_a);
    if (first < lowest_gain - 10) return;
    const double gain = first + log_link(b, to_a) - log_own_link(b, to_b);
    if (gain > lowest_gain) add({a, b, to_a, to_b, gain});
  }

  // The same as log_link, remembered for links that exist.
  double log_own_link(Node from, Node to) {
    if (from == nobody || to == nobody) return log_link(from, to);
    if (std::isnan(own_link_[to])) own_link_[to] = log_link(from, to);
    return own_link_[to];
  }

  void add(Meeting meeting) {
    Node a = track_[meeting.from_a != nobody ? meeting.from_a : meeting.to_a];
    Node b = track_[meeting.from_b != nobody ? meeting.from_b : meeting.to_b];
    if (a > b) {
      std::swap(a, b);
      std::swap(meeting.from_a, meeting.from_b);
      std::swap(meeting.to_a, meeting.to_b);
    }
    pairs_[{a, b}].meetings.push_back(meeting);
  }

  // Log-likelihood of the link between two nodes, of an end or a beginning.
  double log_link(Node from, Node to) const {
    if (from == nobody && to == nobody) return 0;
    if (to == nobody) return std::log(unseen + graph_.departure(from));
    if (from == nobody) return graph_.log_birth(to) + graph_.log_fresh(to);
    return graph_.log_joined(from, to);
  }

  Light before(Node i) const { return i == nobody ? Light{} : graph_.light_before(i); }
  double light(const Light& a, const Light& b) const { return graph_.log_light(a) + graph_.log_light(b); }

  // The best exchange of two tracks; without gain where there is none.
  void choose_best(const std::pair<Node, Node>& tracks, Pair& pair) const {
    std::vector<Meeting>& meetings = pair.meetings;
    // A meeting may have been found from both sides.
    std::sort(meetings.begin(), meetings.end(),
              [](const Meeting& a, const Meeting& b) { return a.order() < b.order(); });
    meetings.erase(std::unique(meetings.begin(), meetings.end(),
                               [](const Meeting& a, const Meeting& b) { return a.order() == b.order(); }),
                   meetings.end());
    const Light all_a = graph_.light_before(lasts_[tracks.first]);
    const Light all_b = graph_.light_before(lasts_[tracks.second]);
    const double now = light(all_a, all_b);
    Exchange& best = pair.best;
    best = {};
    for (std::size_t i = 0; i < meetings.size(); ++i) {
      const Meeting& first = meetings[i];
      const Light head_a = before(first.from_a);
      const Light head_b = before(first.from_b);
      const double gain = first.gain + light(head_a + (all_b - head_b), head_b + (all_a - head_a)) - now;
      if (gain > best.gain) best = {gain, &first, nullptr};
      if (!first.of_links()) continue;
      for (std::size_t j = i + 1; j < std::min(meetings.size(), i + 1 + most_between); ++j) {
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
  }

  void cross(const Meeting& meeting) {
    graph_.join(meeting.from_a, meeting.to_b);
    graph_.join(meeting.from_b, meeting.to_a);
  }

  // Makes the exchanges that bring most, each track taking part in one. False where none is worthwhile.
  bool make_best(std::vector<char>& stale) {
    struct Choice {
      Exchange exchange;
      Node a, b;
    };
    std::vector<Choice> choices;
    for (const auto& [tracks, pair] : pairs_)
      if (pair.best.gain > worthwhile) choices.push_back({pair.best, tracks.first, tracks.second});
    std::stable_sort(choices.begin(), choices.end(),
                     [](const Choice& a, const Choice& b) { return a.exchange.gain > b.exchange.gain; });
    std::fill(stale.begin(), stale.end(), char{0});
    for (const Choice& choice : choices) {
      if (stale[choice.a] != 0 || stale[choice.b] != 0) continue;
      stale[choice.a] = stale[choice.b] = 1;
      cross(*choice.exchange.first);
      if (choice.exchange.second != nullptr) cross(*choice.exchange.second);
    }
    if (choices.empty()) return false;
    renumber(stale);
    return true;
  }

  // Numbers and messages of the tracks that were changed. A track keeps the number of its first node.
  void renumber(std::vector<char>& stale) {
    for (Node i = 0; i < graph_.size(); ++i) {
      if (stale[track_[i]] == 0) continue;
      if (graph_.before(i) != nobody) {
        track_[i] = track_[graph_.before(i)];
      } else {
        const auto [found, is_new] = numbers_.try_emplace(i, static_cast<Node>(lasts_.size()));
        track_[i] = found->second;
        if (is_new) {
          lasts_.push_back(i);
          stale.push_back(1);
        }
        // It may have been part of another track meanwhile.
        stale[track_[i]] = 1;
      }
      lasts_[track_[i]] = i;
    }
    for (std::size_t t = 0; t < lasts_.size(); ++t)
      if (stale[t] != 0) update(lasts_[t]);
  }

  TrackGraph& graph_;
  std::size_t memory_;
  std::vector<Node> track_;       // of each node
  std::vector<Node> lasts_;       // last node of each track
  std::map<Node, Node> numbers_;  // of the track that begins, or has begun, with a node
  std::vector<PlaceGrid> grids_;  // of each frame
  std::vector<double> own_link_;  // log-likelihood of the link to each node, once it has been asked for
  std::map<std::pair<Node, Node>, Pair> pairs_;
};

}  // namespace

void exchange_tails(TrackGraph& graph, std::size_t memory, std::size_t rounds) { Exchanger(graph, memory).run(rounds); }

}  // namespace an::tracking
