// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace an::network {

/// Numbers a frame of a trajectory has for a network.
inline constexpr std::size_t feature_count = 16;

/// Where each feature stands in its frame; what ends in `_x` is followed by that of y. All are of order 1.
///
/// A step is from the frame before to this one. A step that is absent (of frame 0, or with an end that is not finite)
/// has zeros in every feature made of it.
namespace feature {
inline constexpr std::size_t step_x = 0;           ///< asinh of the step over `step_scale`
inline constexpr std::size_t relative_step_x = 2;  ///< step over the root mean square of the trajectory's steps
inline constexpr std::size_t log_rms = 4;          ///< half the logarithm of that root mean square
inline constexpr std::size_t log_step = 5;         ///< half the logarithm of the step's square + `noise_floor`
/// The same of the displacements at lags 1, 2, 4, 8 from frame t - lag / 2 on, moved to lie in the trajectory.
inline constexpr std::size_t log_displacement = 6;
inline constexpr std::size_t turn = 10;  ///< cosine between this step and the next
inline constexpr std::size_t mask = 11;  ///< 1 where there is a trajectory
/// Logarithm of the squared distance to the nearest particle + .01, from -1 to 1 at `neighbour_range` or beyond.
inline constexpr std::size_t neighbour_distance = 12;
inline constexpr std::size_t neighbour_step_x = 13;  ///< asinh of that particle's step over `step_scale`
inline constexpr std::size_t neighbour_cosine = 15;  ///< cosine between the two steps
}  // namespace feature

inline constexpr double step_scale = 0.17;     ///< px: sd of the step of a particle that rests, by localisation noise
inline constexpr double noise_floor = 0.0144;  ///< px²: variance of the challenge's localisation noise
inline constexpr double neighbour_range = 10;  ///< px: a particle further away is none

/// A trajectory of a field of view; its positions must outlive what is made of it.
struct ParticlePath {
  std::size_t first_frame;
  std::span<const double> x, y;  ///< px
};

/// Writes a trajectory's steps in px over `scale`, all that the paper's nets get: `out[2 * frame]` in x, then in y;
/// zeros where a step is absent and after the end. Steps of more than `longest_step` px are cut. \pre `out` holds two
/// numbers a frame, of at least as many frames as the trajectory has
void write_steps(const ParticlePath& path, float scale, std::span<float> out);
inline constexpr double longest_step = 1e4;

/// The features of all trajectories of one field of view: what needs the others of them is found once.
///
/// Only differences of positions count. A position that is not finite is no neighbour and has none.
class FovFeatures {
 public:
  /// \pre x and y of each path are equally long
  explicit FovFeatures(std::span<const ParticlePath> paths);

  /// Writes the features of one trajectory, frame after frame from its own first one: `out[frame * feature_count + f]`,
  /// zeros after its end. \pre `out` holds feature_count × frames_out numbers, frames_out at least the trajectory's
  void write(std::size_t particle, std::size_t frames_out, std::span<float> out) const;

  /// What is nearest to a particle in a frame of its own.
  struct Neighbour {
    static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t particle = nobody;
    float square = 0;  ///< px², of the distance
  };
  /// The nearest other particle within `neighbour_range`; of equally near ones that of the lower index.
  const Neighbour& neighbour(std::size_t particle, std::size_t frame) const {
    return neighbours_[begins_[particle] + frame];
  }

 private:
  struct Step {
    double x = 0, y = 0, square = 0;
    float scaled_x = 0, scaled_y = 0;
    bool absent = true;
  };

  void find_steps();
  void find_neighbours();
  double rms_of(std::size_t particle) const;
  void write_own(std::size_t particle, std::span<float> out) const;
  void write_displacements(std::size_t particle, std::span<float> out) const;
  void write_neighbours(std::size_t particle, std::span<float> out) const;

  std::vector<ParticlePath> paths_;
  std::vector<std::size_t> begins_;  // of each path's frames in the arrays below
  std::vector<Step> steps_;
  std::vector<Neighbour> neighbours_;
};

}  // namespace an::network
