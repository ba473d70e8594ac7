// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "segmentation/population_sums.hpp"

namespace an::segmentation {

/// What each particle says of the population of one state, as likelihoods over the cells of a first guess. Expectation
/// and maximisation with moments alone comes to narrow populations only after hundreds of rounds, where particles are
/// measured less precisely than they differ; here these rounds cost next to nothing.
class PopulationLikelihood {
 public:
  /// \param guess its cells are those that the posteriors are over
  /// \param outliers share of particles that are not of the population, but anywhere in its cells
  PopulationLikelihood(const StatePopulation& guess, double noise, double outliers)
      : guess_(guess), grid_(guess, noise), outliers_(outliers) {}

  /// \param visits probability that the particle was in the state at all
  /// \param posterior over the guess's cells, given that it was; more cells than these are not looked at
  void add(double visits, std::span<const double> posterior);
  /// The population that makes the particles likeliest, in the guess's cells.
  StatePopulation maximum() const;
  /// Deviations of alpha and K that are expected, given the particles: the likeliest are often too small. That of alpha
  /// is looked for up to a little more than the guess's, which therefore had better be wide. What is
  /// fixed keeps its own.
  std::pair<double, double> expected_deviations() const;

 private:
  // Likelihood of a particle that may be an outlier, given that of one of the population.
  double with_outliers(double of_population, std::size_t particle) const;
  double log_likelihood(const StatePopulation& population) const;

  StatePopulation guess_;
  PopulationGrid grid_;
  double outliers_;
  std::vector<double> visits_;
  std::vector<double> likelihoods_;  // [particle][cell]
};

}  // namespace an::segmentation
