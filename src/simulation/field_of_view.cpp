// SPDX-License-Identifier: MIT
#include "simulation/field_of_view.hpp"

#include <algorithm>
#include <cmath>

namespace an::simulation {

std::vector<FrameRange> visits(std::span<const double> x, std::span<const double> y, Point origin, double side,
                               std::size_t shortest) {
  std::vector<FrameRange> ranges;
  std::size_t begin = 0;
  for (std::size_t t = 0; t <= x.size(); ++t) {
    const bool inside =
        t < x.size() && x[t] > origin.x && x[t] < origin.x + side && y[t] > origin.y && y[t] < origin.y + side;
    if (inside) continue;
    if (t - begin >= shortest) ranges.push_back({begin, t});
    begin = t + 1;
  }
  return ranges;
}

Point draw_origin(double box, double side, bool faithful, Random& random) {
  constexpr double default_box = 230.4;
  constexpr double margin = 0.05;
  const double drawn_in = faithful ? default_box : box;
  const auto low = static_cast<std::int64_t>(margin * drawn_in);
  const auto high = static_cast<std::int64_t>((1 - margin) * drawn_in) - static_cast<std::int64_t>(std::ceil(side));
  const auto places = static_cast<std::uint32_t>(std::max<std::int64_t>(high - low, 1));
  // A box with hardly more room than the field of view has it in its middle.
  const auto least = static_cast<double>(
      high > low ? low : static_cast<std::int64_t>(std::max(0.0, std::floor(0.5 * (drawn_in - side)))));
  const double x = least + random.below(places);
  return {x, least + random.below(places)};
}

FieldOfView cut_field_of_view(const BoxPaths& paths, Point origin, const FovParameters& parameters) {
  FieldOfView fov;
  fov.origin = origin;
  for (std::size_t particle = 0; particle < paths.particles; ++particle) {
    const auto x = paths.path(particle, 0), y = paths.path(particle, 1);
    for (const FrameRange& visit : visits(x, y, origin, parameters.side, parameters.shortest_trajectory)) {
      const auto part = [&](std::size_t axis) {
        const auto path = paths.path(particle, axis).subspan(visit.begin, visit.end - visit.begin);
        return std::vector<double>(path.begin(), path.end());
      };
      FovTrajectory trajectory{particle, visit.begin, part(0), part(1), {}, {}};
      if (paths.axes == 3) trajectory.z = part(2);
      const auto codes = paths.labels(particle).subspan(visit.begin, visit.end - visit.begin);
      trajectory.segments = smoothed_segments(codes, paths.values, parameters.filter);
      const std::vector<int> numbers = smoothed_numbers(codes, paths.values, parameters.filter);
      fov.numbers.insert(fov.numbers.end(), numbers.begin(), numbers.end());
      fov.trajectories.push_back(std::move(trajectory));
    }
  }
  return fov;
}

void add_localisation_noise(FieldOfView& fov, double sd, Random& random) {
  for (FovTrajectory& trajectory : fov.trajectories)
    for (std::size_t t = 0; t < trajectory.size(); ++t) {
      trajectory.x[t] += sd * random.normal();
      trajectory.y[t] += sd * random.normal();
    }
}

}  // namespace an::simulation
