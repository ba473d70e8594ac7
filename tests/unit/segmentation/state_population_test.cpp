// SPDX-License-Identifier: MIT
#include "segmentation/state_population.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

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

// By bisection of the cut distribution itself.
double quantile_of(double mean, double sd, double low, double high, double share) {
  const auto below = [&](double x) { return 0.5 * std::erfc((mean - x) / sd / std::sqrt(2.0)); };
  double from = low;
  double to = high;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (from + to);
    ((below(middle) - below(low)) / (below(high) - below(low)) < share ? from : to) = middle;
  }
  return from;
}

TEST(StatePopulation, QuantilesOfThePriorAreThePopulations) {
  for (const StatePopulation& p : {StatePopulation{1, 0.02, 1, 0.03}, StatePopulation{1, 0.3, 1, 0.3},
                                   StatePopulation{1.99, 0.1, 0.5, 0.1}, StatePopulation{0.2, 0.1, 0.01, 0.03}}) {
    const PopulationGrid grid(p, 0.12);
    std::vector<double> shares;
    for (const Cell& cell : grid.cells()) shares.push_back(cell.share);
    PiecewiseNormal alpha;
    PiecewiseNormal k;
    grid.add_to(alpha, k, shares, 0.7);
    for (const double share : {0.05, 0.5, 0.95}) {
      EXPECT_NEAR(alpha.quantile(share), quantile_of(p.alpha_mean, p.alpha_sd, 0, 1.999, share), 0.06 * p.alpha_sd);
      EXPECT_NEAR(k.quantile(share), quantile_of(p.k_mean, p.k_sd, 1e-12, 10, share), 0.06 * p.k_sd);
    }
  }
}

// A trajectory of 200 frames tells alpha within some tenth of 2 - alpha there.
TEST(StatePopulation, CellsGetFinerTowardsBallisticMotion) {
  for (const auto& [mean, sd] : {std::pair(1.95, 0.02), std::pair(1.8, 0.02), std::pair(1.98, 0.005)}) {
    StatePopulation p;
    p.alpha_mean = mean;
    p.alpha_sd = sd;
    p.k_mean = 1;
    p.k_sd = 0.1;
    std::set<double> alphas;
    const PopulationGrid grid(p, 0.12);
    for (const Cell& cell : grid.cells()) alphas.insert(cell.alpha);
    for (auto next = std::next(alphas.begin()); next != alphas.end(); ++next)
      EXPECT_GT((2 - *next) / (2 - *std::prev(next)), 0.55) << *std::prev(next) << ' ' << *next;
  }
}

TEST(PiecewiseNormal, RestAndMotion) {
  PiecewiseNormal mixture;
  EXPECT_TRUE(mixture.is_empty());
  mixture.add(0.2, 0, 0, 0, 1);
  mixture.add(0.4, 0.5, 1, 1, 0.1);
  mixture.add(0.4, 1, 1.5, 1, 0.1);
  EXPECT_EQ(mixture.quantile(0.1), 0);
  EXPECT_NEAR(mixture.quantile(0.2 + 0.8 * 0.05), 1 - 0.1645, 1e-3);
  EXPECT_NEAR(mixture.quantile(0.6), 1, 1e-9);
}

TEST(PiecewiseNormal, PiecesMayLieInOthers) {
  PiecewiseNormal mixture;
  mixture.add(0.5, 0, 2, 1, 100);
  mixture.add(0.5, 0.9, 1.1, 1, 100);
  EXPECT_NEAR(mixture.quantile(0.95), 1.8, 1e-3);
  EXPECT_NEAR(mixture.quantile(0.05), 0.2, 1e-3);
}

TEST(StatePopulation, SlowParticlesOfAWidePopulationHaveACell) {
  const std::vector<Cell> cells = cells_of({0.9, 0.8, 5, 8});
  for (const double k : {0.001, 0.01, 0.1, 1.0, 10.0}) {
    const auto near = [k](const Cell& cell) { return std::abs(std::log(cell.k / k)) < 0.6; };
    EXPECT_TRUE(std::any_of(cells.begin(), cells.end(), near)) << k;
  }
}

TEST(CutNormal, FitGivesBackItsParameters) {
  for (const auto& [mean, sd] : {std::pair{1.0, 0.1}, {1.95, 0.1}, {0.1, 0.3}, {1.0, 0.5}}) {
    const auto [fitted_mean, fitted_sd] = fit_cut_normal(cut_moments(mean, sd, alpha_bounds), alpha_bounds, 1e-4);
    EXPECT_NEAR(fitted_mean, mean, 0.02) << mean;
    EXPECT_NEAR(fitted_sd, sd, 0.02) << mean;
  }
}

TEST(CutNormal, MomentsOfHalfANormal) {
  const Moments moments = cut_moments(0, 1, {0, 1e6});
  EXPECT_NEAR(moments.mean, std::sqrt(2 / 3.14159265358979), 1e-9);
  EXPECT_NEAR(moments.variance, 1 - 2 / 3.14159265358979, 1e-9);
}

}  // namespace
}  // namespace an::segmentation
