// SPDX-License-Identifier: MIT
#include "simulation/vip.hpp"

#include <algorithm>

namespace an::simulation {

namespace {

std::vector<std::size_t> elect_from(std::span<const VipCandidate> candidates, std::size_t first, std::size_t count) {
  std::vector<std::size_t> elected{first};
  for (std::size_t i = 0; i < candidates.size() && elected.size() < count; ++i) {
    const bool apart = std::all_of(elected.begin(), elected.end(), [&](std::size_t other) {
      return distance(candidates[i].place, candidates[other].place) > vip_distance;
    });
    if (i != first && apart) elected.push_back(i);
  }
  return elected;
}

}  // namespace

std::vector<std::size_t> elect(std::span<const VipCandidate> candidates, std::size_t count, Random& random) {
  constexpr int most_elections = 100;
  if (candidates.empty() || count == 0) return {};
  std::vector<std::size_t> best = elect_from(candidates, 0, count);
  for (int i = 1; i < most_elections && best.size() < count; ++i) {
    const std::vector<std::size_t> other =
        elect_from(candidates, random.below(static_cast<std::uint32_t>(candidates.size())), count);
    if (other.size() > best.size()) best = other;
  }
  return best;
}

std::size_t elect_vips(FieldOfView& fov, double side, std::size_t count, std::size_t frames, bool by_last_gap,
                       Random& random) {
  std::vector<VipCandidate> candidates;
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
    const FovTrajectory& trajectory = fov.trajectories[i];
    const Point place{trajectory.x[0], trajectory.y[0]};
    const auto inside = [&](double at, double origin) {
      return at > origin + vip_distance && at < origin + side - vip_distance;
    };
    if (trajectory.first_frame == 0 && inside(place.x, fov.origin.x) && inside(place.y, fov.origin.y))
      candidates.push_back({i, place, by_last_gap && trajectory.size() < frames ? 0 : trajectory.size()});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const VipCandidate& a, const VipCandidate& b) { return a.frames > b.frames; });
  const std::vector<std::size_t> elected = elect(candidates, count, random);
  std::vector<FovTrajectory> ordered;
  std::vector<bool> taken(fov.trajectories.size());
  for (const std::size_t i : elected) {
    taken[candidates[i].trajectory] = true;
    ordered.push_back(std::move(fov.trajectories[candidates[i].trajectory]));
  }
  for (std::size_t i = 0; i < taken.size(); ++i)
    if (!taken[i]) ordered.push_back(std::move(fov.trajectories[i]));
  fov.trajectories = std::move(ordered);
  fov.vips = elected.size();
  return elected.size();
}

}  // namespace an::simulation
