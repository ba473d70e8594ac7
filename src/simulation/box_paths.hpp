// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/labels.hpp"

namespace an::simulation {

/// What a particle's frames are labelled with while it is in one state.
struct LabelValue {
  double alpha;
  double k;
  DiffusiveState state;
  int number;  ///< of the model's state (multi_state, dimerization); of other models the diffusive state

  bool operator==(const LabelValue&) const = default;
};

/// The particles of one box: noise-free positions and labels of every frame.
struct BoxPaths {
  BoxPaths(std::size_t frame_count, std::size_t particle_count, std::size_t axis_count)
      : frames(frame_count),
        particles(particle_count),
        axes(axis_count),
        positions(frame_count * particle_count * axis_count),
        codes(frame_count * particle_count) {}

  std::size_t frames, particles, axes;
  std::vector<double> positions;     ///< px; particle, axis, frame
  std::vector<std::uint32_t> codes;  ///< particle, frame: index into `values`
  std::vector<LabelValue> values;

  std::span<double> path(std::size_t particle, std::size_t axis) {
    return std::span(positions).subspan((particle * axes + axis) * frames, frames);
  }
  std::span<const double> path(std::size_t particle, std::size_t axis) const {
    return std::span(positions).subspan((particle * axes + axis) * frames, frames);
  }
  std::span<std::uint32_t> labels(std::size_t particle) { return std::span(codes).subspan(particle * frames, frames); }
  std::span<const std::uint32_t> labels(std::size_t particle) const {
    return std::span(codes).subspan(particle * frames, frames);
  }
  /// Adds a label value. \returns its code
  std::uint32_t add(const LabelValue& value) {
    values.push_back(value);
    return static_cast<std::uint32_t>(values.size() - 1);
  }
};

}  // namespace an::simulation
