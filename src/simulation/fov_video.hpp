// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/point_spread.hpp"
#include "core/random.hpp"
#include "simulation/field_of_view.hpp"

namespace an::simulation {

/// How videos look; the defaults are the challenge's.
struct VideoParameters {
  Optics optics;
  double intensity = 500;     ///< mean over particles of the brightness, photons a frame
  double intensity_sd = 20;   ///< over particles; cut at 0
  double background = 100;    ///< photons a pixel and frame
  double exposure = 0;        ///< share of the time between frames in which motion blurs; 0: none
  double flicker = 0;         ///< relative sd of a particle's brightness from frame to frame
  double blink_off = 0;       ///< probability a frame of going dark
  double blink_on = 0.5;      ///< probability a frame of lighting up again
  double focus_drift_nm = 0;  ///< sd a frame of the focus' random walk
};

/// A video of 8-bit frames: row = x, column = y.
struct Video {
  std::size_t side = 0;                          ///< px
  std::vector<std::vector<std::uint8_t>> pages;  ///< the VIP map, then frame after frame; row by row
};

/// The map of VIPs in frame 0: 255 is background, VIP k is a block of 2 x 2 pixels of value k. Where blocks overlap
/// their k + 1 add up, minus 1, as in the challenge's videos. \param places of VIP 0, 1, …, from the FOV's origin
std::vector<std::uint8_t> vip_map(std::span<const Point> places, std::size_t side);

/// Renders a field of view: each particle's light is shared by the four pixels around it (bilinear weights) and spread
/// by the point spread function at whole offsets; background, shot noise (Poisson), and each frame divided by its own
/// maximum, times 255, cut to whole numbers. \param fov without localisation noise; its first trajectories are the VIPs
/// \param key names the field of view
Video render_video(const FieldOfView& fov, double side, std::size_t frames, const VideoParameters& parameters,
                   const RandomKey& key);

}  // namespace an::simulation
