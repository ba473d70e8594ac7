// SPDX-License-Identifier: MIT
#include "segmentation/neighbourhood.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

namespace an::segmentation {

namespace {

struct Spot {
  std::size_t trajectory, frame;  // the frame counts from the trajectory's own start
  double x, y;
};

}  // namespace

Neighbourhood::Neighbourhood(const FieldOfView& fov, double range)
    : fov_(fov), extent_(extent_of(fov)), neighbours_(fov.trajectories.size()) {
  std::map<std::int64_t, std::vector<Spot>> frames;
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
    const Trajectory& trajectory = fov.trajectories[i];
    for (std::size_t t = 0; t < trajectory.x.size(); ++t) {
      const double x = trajectory.x[t];
      const double y = trajectory.y[t];
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      frames[trajectory.first_frame + static_cast<std::int64_t>(t)].push_back({i, t, x, y});
    }
  }
  const auto has_next = [&](const Spot& spot) {
    const Trajectory& trajectory = fov_.trajectories[spot.trajectory];
    return spot.frame + 1 < trajectory.x.size() && std::isfinite(trajectory.x[spot.frame + 1]) &&
           std::isfinite(trajectory.y[spot.frame + 1]);
  };
  // Places in neighbours_ of the stretches that still go on, by pair.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> open;
  const auto add = [&](const Spot& a, const Spot& b, double distance) {
    std::vector<Neighbour>& list = neighbours_[a.trajectory];
    const auto [at, is_new] = open.try_emplace({a.trajectory, b.trajectory}, list.size());
    if (is_new || list[at->second].end != a.frame) {
      at->second = list.size();
      list.push_back({b.trajectory, a.frame, a.frame, b.frame, {}});
    }
    Neighbour& neighbour = list[at->second];
    ++neighbour.end;
    neighbour.distances.push_back(static_cast<float>(distance));
  };
  for (auto& [frame, spots] : frames) {
    std::sort(spots.begin(), spots.end(),
              [](const Spot& a, const Spot& b) { return a.x < b.x || (a.x == b.x && a.trajectory < b.trajectory); });
    for (std::size_t i = 0; i < spots.size(); ++i) {
      if (!has_next(spots[i])) continue;
      for (std::size_t j = i + 1; j < spots.size() && spots[j].x - spots[i].x < range; ++j) {
        const double distance = std::hypot(spots[j].x - spots[i].x, spots[j].y - spots[i].y);
        if (!(distance < range) || spots[i].trajectory == spots[j].trajectory || !has_next(spots[j])) continue;
        add(spots[i], spots[j], distance);
        add(spots[j], spots[i], distance);
      }
    }
  }
}

std::vector<float> Neighbourhood::nearest(std::size_t trajectory) const {
  const std::size_t frames = fov_.trajectories[trajectory].x.size();
  std::vector<float> out(frames > 0 ? frames - 1 : 0, std::numeric_limits<float>::infinity());
  for (const Neighbour& neighbour : neighbours_[trajectory])
    for (std::size_t i = neighbour.begin; i < neighbour.end; ++i)
      out[i] = std::min(out[i], neighbour.distances[i - neighbour.begin]);
  return out;
}

std::vector<std::size_t> Neighbourhood::partners(std::size_t trajectory) const {
  const std::vector<float> distances = nearest(trajectory);
  std::vector<std::size_t> out(distances.size(), fov_.trajectories.size());
  for (const Neighbour& neighbour : neighbours_[trajectory])
    for (std::size_t i = neighbour.begin; i < neighbour.end; ++i)
      if (neighbour.distances[i - neighbour.begin] <= distances[i]) out[i] = neighbour.trajectory;
  return out;
}

std::vector<bool> Neighbourhood::at_border(std::size_t trajectory, double range) const {
  const Trajectory& own = fov_.trajectories[trajectory];
  std::vector<bool> out;
  for (std::size_t t = 0; t + 1 < own.x.size(); ++t)
    out.push_back(own.x[t] < extent_.low_x + range || own.x[t] > extent_.high_x - range ||
                  own.y[t] < extent_.low_y + range || own.y[t] > extent_.high_y - range);
  return out;
}

}  // namespace an::segmentation
