// SPDX-License-Identifier: MIT
#include "simulation/reflection.hpp"

#include <algorithm>

namespace an::simulation {

namespace {

constexpr double border = 1e-4;            // px
constexpr int most_reflections = 1000000;  // of one step: only a step of no finite length has more

}  // namespace

double reflected_in_box(double coordinate, double side) {
  while (coordinate > side || coordinate < 0) {
    if (coordinate > side) coordinate -= 2 * (coordinate - side);
    if (coordinate < 0) coordinate = -coordinate;
  }
  return coordinate;
}

Point reflected_once(Point centre, double radius, Point& begin, Point end) {
  Point from{begin.x - centre.x, begin.y - centre.y};
  const double out = std::sqrt(from.x * from.x + from.y * from.y);
  if (out > radius - border) from = {from.x * (radius - border) / out, from.y * (radius - border) / out};
  const Point to{end.x - centre.x, end.y - centre.y};
  const Point step{to.x - from.x, to.y - from.y};
  // The later root of |from + s step| = radius.
  const double a = step.x * step.x + step.y * step.y;
  const double b = from.x * step.x + from.y * step.y;
  const double c = from.x * from.x + from.y * from.y - radius * radius;
  const double s = (-b + std::sqrt(std::max(b * b - a * c, 0.0))) / a;
  const Point hit{from.x + s * step.x, from.y + s * step.y};
  const double rest = distance(hit, to);
  const double length = std::sqrt(a);
  const Point normal{hit.x / radius, hit.y / radius};
  const Point direction{step.x / length, step.y / length};
  const double outwards = 2 * (direction.x * normal.x + direction.y * normal.y);
  begin = {centre.x + hit.x, centre.y + hit.y};
  return {begin.x + rest * (direction.x - outwards * normal.x), begin.y + rest * (direction.y - outwards * normal.y)};
}

Point reflected_in_disc(Point centre, double radius, Point begin, Point end) {
  for (int i = 0; i < most_reflections && distance(centre, end) > radius; ++i)
    end = reflected_once(centre, radius, begin, end);
  return distance(centre, end) > radius ? centre : end;
}

}  // namespace an::simulation
