// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "report/figures.hpp"
#include "report/json_text.hpp"

namespace an::app {

/// Positions in JSON, to hundredths of a px; null where there is none.
report::Json hundredths(const std::vector<double>& positions);

/// What the report draws of a trajectory in JSON: its positions `x` and `y`, and the segments of this name, [end,
/// state] each; empty where it has no segments. \throws report::Json::exception where it is not one
report::DrawnTrajectory drawn_trajectory(const report::Json& trajectory, const char* segments);

}  // namespace an::app
