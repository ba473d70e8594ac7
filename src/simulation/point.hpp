// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

namespace an::simulation {

/// A place in the box, in px.
struct Point {
  double x = 0;
  double y = 0;
};

inline double distance(Point a, Point b) { return std::sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)); }

}  // namespace an::simulation
