// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "segmentation/trajectory_inference.hpp"
#include "simulation/diffusion_model.hpp"
#include "simulation/field_of_view.hpp"

namespace an::testing {

/// The whole of a simulated box, so that all trajectories are complete, seen with localisation noise.
/// \param noise px \param random of the noise
inline simulation::FieldOfView seen_box(const simulation::ModelParameters& parameters, const simulation::Layout& layout,
                                        const RandomKey& key, double noise, Random& random) {
  simulation::FovParameters view;
  view.side = parameters.box + 2;
  simulation::FieldOfView fov =
      simulation::cut_field_of_view(simulation::simulate_box(parameters, layout, key), {-1, -1}, view);
  simulation::add_localisation_noise(fov, noise, random);
  return fov;
}

/// What the segmentation is given of it: trajectories numbered from 0.
inline segmentation::FieldOfView trajectories_of(const simulation::FieldOfView& fov) {
  segmentation::FieldOfView out;
  for (const simulation::FovTrajectory& t : fov.trajectories)
    out.trajectories.push_back(
        {static_cast<std::int64_t>(out.trajectories.size()), static_cast<std::int64_t>(t.first_frame), t.x, t.y});
  return out;
}

}  // namespace an::testing
