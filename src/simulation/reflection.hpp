// SPDX-License-Identifier: MIT
#pragma once

#include "simulation/point.hpp"

namespace an::simulation {

/// A coordinate after the walls of a box [0, side] have reflected it, as often as needed.
double reflected_in_box(double coordinate, double side);

/// Where a step from inside a disc ends when the disc's border reflects it, as often as needed: mirrored about the
/// tangent where it meets the border, keeping its length. A start on the border is first moved 1e-4 px inwards.
/// \param end lies outside of the disc \returns a point in the disc
Point reflected_in_disc(Point centre, double radius, Point begin, Point end);

/// One such reflection, which may end outside again. \param begin in: start of the step, out: where it was reflected
Point reflected_once(Point centre, double radius, Point& begin, Point end);

}  // namespace an::simulation
