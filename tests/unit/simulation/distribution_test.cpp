// SPDX-License-Identifier: MIT
#include "simulation/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/bounds.hpp"

namespace an::simulation {
namespace {

// Mean excess over a cut `low` standard deviations above the mean: 1/(low + 2/(low + 3/(low + …))), Laplace 1805.
double mean_excess(double low) {
  double tail = low;
  for (int i = 10000; i > 1; --i) tail = low + i / tail;
  return 1 / tail;
}

double mean_of_quantiles(const Distribution& distribution) {
  constexpr int count = 10000;
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += distribution.quantile((i + 0.5) / count);
  return sum / count;
}

TEST(TruncatedNormal, HasItsMeanHoweverFarTheCutIsFromThatOfTheWhole) {
  for (const double mean : {-0.5, -5.0, -30.0, -36.9, -45.0, -1000.0})
    for (const double variance : {0.01, 1.0, 100.0}) {
      const double sd = std::sqrt(variance);
      const double expected = sd * mean_excess(-mean / sd);
      EXPECT_NEAR(mean_of_quantiles(Distribution::normal(mean, variance, k_bounds)), expected, 2e-3 * expected)
          << mean << " " << variance;
    }
}

}  // namespace
}  // namespace an::simulation
