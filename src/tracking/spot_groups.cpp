// SPDX-License-Identifier: MIT
#include "tracking/spot_groups.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tracking/disjoint_sets.hpp"

namespace an::tracking {

namespace {

constexpr double joint_distance = 2.6;   // px; nearer spots are fitted together
constexpr double isolated_distance = 6;  // px; farther ones do not touch

}  // namespace

SpotGroups groups_of(const std::vector<Fitted>& spots) {
  std::vector<Place> places;
  for (const Fitted& spot : spots) places.push_back(spot.place());
  const PlaceGrid grid(places, joint_distance);
  DisjointSets sets(spots.size());
  struct Near {
    double distance;
    std::size_t i, j;
  };
  std::vector<Near> near;
  for (std::size_t i = 0; i < spots.size(); ++i)
    grid.for_each_near(places[i], joint_distance, [&](std::size_t j) {
      if (j <= i) return;
      const double distance = length_of(places[i].y - places[j].y, places[i].x - places[j].x);
      if (distance < joint_distance) near.push_back({distance, i, j});
    });
  std::sort(near.begin(), near.end(), [](const Near& a, const Near& b) {
    return a.distance != b.distance ? a.distance < b.distance : std::pair(a.i, a.j) < std::pair(b.i, b.j);
  });
  for (const Near& pair : near)
    if (sets.size(pair.i) + sets.size(pair.j) <= std::size_t{kernels::most_joint_spots}) sets.join(pair.i, pair.j);
  SpotGroups groups;
  groups.order.resize(spots.size());
  std::iota(groups.order.begin(), groups.order.end(), std::size_t{0});
  std::stable_sort(groups.order.begin(), groups.order.end(),
                   [&](std::size_t a, std::size_t b) { return sets.find(a) < sets.find(b); });
  for (std::size_t k = 0; k < groups.order.size(); ++k)
    if (k == 0 || sets.find(groups.order[k]) != sets.find(groups.order[k - 1]))
      groups.first.push_back(static_cast<int>(k));
  groups.first.push_back(static_cast<int>(spots.size()));
  return groups;
}

std::vector<std::size_t> disturbed_groups(const SpotGroups& groups, const std::vector<Fitted>& spots,
                                          const std::vector<Place>& vanished, float precision) {
  constexpr std::size_t no_spot = ~std::size_t{0};
  std::vector<Place> sources = vanished;
  std::vector<std::size_t> spot_of_source(vanished.size(), no_spot);
  for (std::size_t k = 0; k < spots.size(); ++k) {
    if (!spots[k].changed) continue;
    sources.push_back(spots[k].place());
    spot_of_source.push_back(k);
  }
  const PlaceGrid grid(sources, isolated_distance);
  std::vector<std::size_t> disturbed;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const std::span<const std::size_t> members = groups.members(group);
    bool again = false;
    for (const std::size_t k : members) {
      const bool joined = members.size() > 1;
      again = again || !spots[k].fitted || spots[k].joint != joined || (joined && spots[k].precision != precision);
      if (again) break;
      // What a single spot has changed of itself it has taken into account.
      const Place place = spots[k].place();
      grid.for_each_near(place, isolated_distance, [&](std::size_t j) {
        const bool own = !joined && spot_of_source[j] == k;
        again = again || (!own && length_of(sources[j].y - place.y, sources[j].x - place.x) < isolated_distance);
      });
    }
    if (again) disturbed.push_back(group);
  }
  return disturbed;
}

std::vector<std::size_t> isolated_spots(const std::vector<Fitted>& spots, std::size_t rows, std::size_t columns) {
  std::vector<Place> places;
  for (const Fitted& spot : spots) places.push_back(spot.place());
  const PlaceGrid grid(places, isolated_distance);
  const auto inside = [](double at, std::size_t size) { return at >= 4 && at <= static_cast<double>(size) - 5; };
  std::vector<std::size_t> isolated;
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (!inside(places[k].y, rows) || !inside(places[k].x, columns)) continue;
    bool alone = true;
    grid.for_each_near(places[k], isolated_distance, [&](std::size_t j) {
      const double distance = length_of(places[j].y - places[k].y, places[j].x - places[k].x);
      alone = alone && (j == k || distance >= isolated_distance);
    });
    if (alone) isolated.push_back(k);
  }
  return isolated;
}

}  // namespace an::tracking
