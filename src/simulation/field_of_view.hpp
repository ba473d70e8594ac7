// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simulation/box_paths.hpp"
#include "simulation/diffusion_model.hpp"
#include "simulation/label_filter.hpp"
#include "simulation/point.hpp"

namespace an::simulation {

/// What a microscope sees of the box, in px and frames.
struct FovParameters {
  double side = 128;
  std::size_t shortest_trajectory = 20;
  double localisation_noise = 0.12;  ///< sd per axis, px
  LabelFilter filter;
};

/// A stretch of a particle's path inside the field of view.
struct FovTrajectory {
  std::size_t particle;
  std::size_t first_frame;
  std::vector<double> x, y, z;    ///< box coordinates with localisation noise; z only of three-dimensional paths
  std::vector<Segment> segments;  ///< from the trajectory's own start

  std::size_t size() const { return x.size(); }
};

/// One field of view: trajectory i has index i; the first `vips` are the VIPs.
struct FieldOfView {
  Point origin;
  std::vector<FovTrajectory> trajectories;
  std::size_t vips = 0;
  std::vector<int> numbers;  ///< smoothed LabelValue::number of every frame of every trajectory, in no order
};

/// A stretch of frames.
struct FrameRange {
  std::size_t begin, end;
};

/// The runs of frames whose position lies strictly inside the square, at least `shortest` frames each.
std::vector<FrameRange> visits(std::span<const double> x, std::span<const double> y, Point origin, double side,
                               std::size_t shortest);

/// Where the field of view lies: whole numbers, at least 5 % away from the walls of the box. \param faithful draw them
/// for a box of 230.4 px whatever the box is, as the package does
Point draw_origin(double box, double side, bool faithful, Random& random);

/// Cuts a field of view out of a box: visits become trajectories in the order of particles and time, without noise.
FieldOfView cut_field_of_view(const BoxPaths& paths, Point origin, const FovParameters& parameters);

/// Adds localisation noise to all positions.
void add_localisation_noise(FieldOfView& fov, double sd, Random& random);

}  // namespace an::simulation
