// SPDX-License-Identifier: MIT
#include "app/report/drawn_trajectory.hpp"

#include <algorithm>
#include <cmath>

namespace an::app {

using report::Json;

namespace {

std::vector<double> positions_of(const Json& list) {
  std::vector<double> positions;
  for (const Json& value : list) positions.push_back(value.is_null() ? std::nan("") : value.get<double>());
  return positions;
}

}  // namespace

Json hundredths(const std::vector<double>& positions) {
  Json list = Json::array();
  for (const double value : positions)
    list.push_back(std::isfinite(value) ? Json(std::round(100 * value) / 100) : Json(nullptr));
  return list;
}

report::DrawnTrajectory drawn_trajectory(const Json& trajectory, const char* segments) {
  report::DrawnTrajectory out{positions_of(trajectory.at("x")), positions_of(trajectory.at("y")), {}, {}};
  out.y.resize(out.x.size(), std::nan(""));
  for (const Json& segment : trajectory.at(segments)) {
    const auto end =
        static_cast<std::size_t>(std::clamp(segment.at(0).get<double>(), 0.0, static_cast<double>(out.x.size())));
    const auto state = static_cast<int>(std::clamp(segment.at(1).get<double>(), 0.0, 3.0));
    if (end <= out.state.size()) continue;
    if (!out.state.empty()) out.change_points.push_back(out.state.size());
    out.state.resize(end, static_cast<DiffusiveState>(state));
  }
  if (out.state.empty()) return {};
  out.state.resize(out.x.size(), out.state.back());
  return out;
}

}  // namespace an::app
