// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bounds.hpp"
#include "simulation/experiment.hpp"

namespace an::network {

/// What a network learns from: simulated experiments of these kinds, each as often as its `repeat` says.
struct TrainingSet {
  std::vector<simulation::ExperimentSpec> specs;
  std::uint64_t seed = 1;
  std::size_t frames = 200;  ///< of an experiment
  simulation::FovParameters fov;
  simulation::Quirks quirks;
  double other_noise = 0.25;         ///< probability of localisation noise other than `fov` has
  Bounds other_noise_sd{0.05, 0.3};  ///< px, log-uniform between these
};

/// Trajectories (rows) × frames of one tile.
struct TileShape {
  std::size_t rows = 64;
  std::size_t frames = 208;

  bool operator==(const TileShape&) const = default;
};

/// K below this is written as this: what moves so little cannot be told from what rests (K = 0, in traps).
inline constexpr double smallest_k = 1e-5;

/// Tiles, one after the other, each of rows × frames: what a network gets and what it should answer. Zeros where a row
/// has no frame.
struct TrainingTiles {
  TrainingTiles() = default;
  TrainingTiles(std::size_t tile_count, const TileShape& tile_shape);

  std::size_t tiles = 0;
  TileShape shape;
  std::vector<float> features;      ///< tile, row, frame, feature
  std::vector<float> alpha;         ///< tile, row, frame, as all that follow
  std::vector<float> log_k;         ///< natural logarithm of K, at least that of `smallest_k`
  std::vector<std::uint8_t> state;  ///< DiffusiveState
  std::vector<float> change;        ///< 1 in the first frame of each segment but the first
  std::vector<float> valid;         ///< 1 where the trajectory is

  /// Numbers of one tile in the arrays after `features`.
  std::size_t tile_size() const { return shape.rows * shape.frames; }
  /// Copies one tile of `from`, of the same shape, over one of these.
  void copy(std::size_t to, const TrainingTiles& from, std::size_t tile);

  bool operator==(const TrainingTiles&) const = default;
};

/// One experiment, and which of its trajectories are the rows of its tiles.
struct TrainingGroup {
  struct Row {
    std::size_t fov, trajectory;
  };
  simulation::ModelParameters experiment;
  std::vector<simulation::FieldOfView> fovs;  ///< turned at random, with noise
  std::vector<Row> rows;                      ///< mixed over all fields of view
};

/// Draws group number `group`: one experiment, simulated until it has this many rows. Where it has not even after many
/// fields of view, rows come again. Parameters that no particle can meet are drawn anew.
/// \throws Error when none of a hundred experiments could be simulated
TrainingGroup draw_group(const TrainingSet& set, std::uint64_t group, std::size_t rows);

/// Writes a group's rows to tiles; the last tile may have rows without a trajectory. \pre no trajectory is longer than
/// a tile
TrainingTiles make_tiles(const TrainingGroup& group, const TileShape& shape);

/// Where the fields of view of a box are: as many as have most of their area for themselves, 5 % away from the walls.
std::vector<simulation::Point> spread_origins(double box, double side);

/// Turns a field of view about its middle by an angle, after mirroring it where asked for.
void turn_field_of_view(simulation::FieldOfView& fov, double side, double angle, bool mirrored);

}  // namespace an::network
