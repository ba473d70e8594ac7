// SPDX-License-Identifier: MIT
#include "segmentation/population_likelihood.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace an::segmentation {
namespace {

// Posteriors, over the cells of the guess, of particles whose alpha and ln K are each measured with an error.
PopulationLikelihood measured(const StatePopulation& truth, const StatePopulation& guess, double error, double outliers,
                              std::size_t strangers, std::uint64_t seed = 3, std::size_t particles = 400) {
  Random random({seed, 0, 0, 0, RandomStream::particle});
  const PopulationGrid grid(guess, 0.12);
  PopulationLikelihood out(guess, 0.12, outliers);
  for (std::size_t i = 0; i < particles; ++i) {
    const double alpha =
        (i < strangers ? 1.45 : truth.alpha_mean + truth.alpha_sd * random.normal()) + error * random.normal();
    const double log_k = std::log(truth.k_mean + truth.k_sd * random.normal()) + error * random.normal();
    std::vector<double> posterior;
    for (const Cell& cell : grid.cells()) {
      const double a = (cell.alpha - alpha) / error;
      const double k = (std::log(cell.k) - log_k) / error;
      posterior.push_back(cell.share * std::exp(-0.5 * (a * a + k * k)));
    }
    double total = 0;
    for (const double value : posterior) total += value;
    for (double& value : posterior) value /= total;
    out.add(1, posterior);
  }
  return out;
}

TEST(PopulationLikelihood, TakesTheErrorOfEstimationOut) {
  const StatePopulation truth{1.0, 0.1, 0.8, 0.1};
  const StatePopulation found = measured(truth, {1.05, 0.15, 0.85, 0.2}, 0.2, 0, 0).maximum();
  EXPECT_NEAR(found.alpha_mean, 1.0, 0.03);
  EXPECT_NEAR(found.alpha_sd, 0.1, 0.03);
  EXPECT_NEAR(found.k_mean, 0.8, 0.04);
}

TEST(PopulationLikelihood, NarrowsByPartsOnly) {
  const StatePopulation truth{1.0, 0.001, 0.8, 0.001};
  const StatePopulation found = measured(truth, {1.05, 0.2, 0.85, 0.2}, 0.1, 0, 0).maximum();
  EXPECT_NEAR(found.alpha_sd, 0.12, 1e-9);
  EXPECT_NEAR(found.k_sd, 0.12, 1e-9);
}

TEST(PopulationLikelihood, OutliersHardlyWidenIt) {
  const StatePopulation truth{1.0, 0.1, 0.8, 0.1};
  const StatePopulation guess{1.0, 0.15, 0.8, 0.15};
  const double misled = measured(truth, guess, 0.05, 0, 12).maximum().alpha_sd;
  const double robust = measured(truth, guess, 0.05, 0.03, 12).maximum().alpha_sd;
  EXPECT_GT(misled, 0.115);
  EXPECT_LT(robust, 0.5 * (0.1 + misled));
}

TEST(PopulationLikelihood, ExpectedDeviationsAreRightOnAverage) {
  const StatePopulation truth{1.0, 0.07, 1.0, 0.1};
  constexpr int draws = 40;
  double mean = 0;
  double smallest = 1;
  double smallest_maximum = 1;
  for (std::uint64_t seed = 1; seed <= draws; ++seed) {
    StatePopulation guess{1.0, 0.1, 1.0, 0.1};
    for (int round = 0; round < 6; ++round) guess = measured(truth, guess, 0.13, 0, 0, seed, 100).maximum();
    const double found = measured(truth, {1.0, 0.15, 1.0, 0.1}, 0.13, 0, 0, seed, 100).expected_deviations().first;
    mean += found / draws;
    smallest = std::min(smallest, found);
    smallest_maximum = std::min(smallest_maximum, guess.alpha_sd);
  }
  EXPECT_NEAR(mean, truth.alpha_sd, 0.15 * truth.alpha_sd);
  EXPECT_LT(smallest_maximum, 0.5 * truth.alpha_sd);  // where errors hide how particles differ
  EXPECT_GT(smallest, 1.15 * smallest_maximum);
}

TEST(PopulationLikelihood, WhatIsFixedStays) {
  const StatePopulation immobile{0, 0, 0, 0, true};
  PopulationLikelihood likelihood(immobile, 0.12, 0);
  likelihood.add(1, std::vector<double>{1});
  EXPECT_TRUE(likelihood.maximum().immobile);
  EXPECT_EQ(likelihood.expected_deviations(), std::pair(0.0, 0.0));
}

}  // namespace
}  // namespace an::segmentation
