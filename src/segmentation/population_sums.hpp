// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "segmentation/path_samples.hpp"

namespace an::segmentation {

/// Sums over particles from which the populations of an experiment's states follow. Each particle that visits a state
/// counts once, with the posterior of its alpha and K, so that what is estimated is the spread between particles and
/// not the error of estimation.
struct PopulationSums {
  explicit PopulationSums(std::size_t states = 0)
      : weight(states), alpha(states), alpha2(states), k(states), k2(states), frames(states) {}

  std::vector<double> weight;  ///< [state] particles that visit it
  std::vector<double> alpha, alpha2;
  std::vector<double> k, k2;
  std::vector<double> frames;  ///< [state] frames in it, where the caller counts them

  std::size_t states() const { return weight.size(); }
  void add(const PathSamples& samples, const CellTable& cells);
  /// One particle, with a probability of visiting the state and its posterior over the cells.
  void add(std::size_t state, double visits, std::span<const double> posterior, std::span<const Cell> cells);
  /// \param particles, of_frames what the other's particles and its frames count for
  void add(const PopulationSums& other, double particles = 1, double of_frames = 1);
  /// The state's population by maximum likelihood, its deviations drawn to usual ones where few particles visit it;
  /// where hardly any does (a weight below 0.5): `before`.
  StatePopulation population(std::size_t state, const StatePopulation& before) const;
};

}  // namespace an::segmentation
