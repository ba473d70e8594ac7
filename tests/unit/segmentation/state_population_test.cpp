// SPDX-License-Identifier: MIT
#include "segmentation/state_population.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace an::segmentation {
namespace {

std::vector<Cell> cells_of(const StatePopulation& population) { return PopulationGrid(population, 0.12).cells(); }

double share_sum(const std::vector<Cell>& cells) {
  double sum = 0;
  for (const Cell& cell : cells) sum += cell.share;
  return sum;
}

TEST(StatePopulation, CellsHaveItsMoments) {
  const std::vector<Cell> cells = cells_of({1.2, 0.1, 2.0, 0.3});
  double alpha = 0;
  double alpha2 = 0;
  double k = 0;
  for (const Cell& cell : cells) {
    alpha += cell.share * cell.alpha;
    alpha2 += cell.share * cell.alpha * cell.alpha;
    k += cell.share * cell.k;
  }
  EXPECT_NEAR(share_sum(cells), 1, 1e-12);
  EXPECT_NEAR(alpha, 1.2, 0.002);
  EXPECT_NEAR(std::sqrt(alpha2 - alpha * alpha), 0.1, 0.01);
  EXPECT_NEAR(k, 2, 0.03);
}

TEST(StatePopulation, CellsStayWithinTheBounds) {
  for (const StatePopulation& p : {StatePopulation{1.99, 0.1, 1, 10}, StatePopulation{0, 0.1, 0.01, 0.03},
                                   StatePopulation{40, 6, -1, 0.5}, StatePopulation{1, 0, 1e-6, 0}})
    for (const Cell& cell : cells_of(p)) {
      EXPECT_GT(cell.alpha, 0);
      EXPECT_LT(cell.alpha, 2);
      EXPECT_GT(cell.k, 0);
      EXPECT_TRUE(std::isfinite(cell.share));
    }
}

TEST(CutNormal, FitGivesBackItsParameters) {
  for (const auto& [mean, sd] : {std::pair{1.0, 0.1}, {1.95, 0.1}, {0.1, 0.3}, {1.0, 0.5}}) {
    const auto [fitted_mean, fitted_sd] = fit_cut_normal(cut_moments(mean, sd, 0, 1.999), 0, 1.999, 1e-4);
    EXPECT_NEAR(fitted_mean, mean, 0.02) << mean;
    EXPECT_NEAR(fitted_sd, sd, 0.02) << mean;
  }
}

TEST(CutNormal, MomentsOfHalfANormal) {
  const Moments moments = cut_moments(0, 1, 0, 1e6);
  EXPECT_NEAR(moments.mean, std::sqrt(2 / 3.14159265358979), 1e-9);
  EXPECT_NEAR(moments.variance, 1 - 2 / 3.14159265358979, 1e-9);
}

}  // namespace
}  // namespace an::segmentation
