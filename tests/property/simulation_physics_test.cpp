// SPDX-License-Identifier: MIT
// Simulated motion against theory: covariance and mean squared displacement of fractional Brownian motion, dwell times,
// stationary shares, uniform density. Bounds are 4.5 standard errors; every sample has a seed of its own.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "simulation/diffusion_model.hpp"
#include "simulation/fractional_noise.hpp"

namespace an::simulation {
namespace {

struct Estimate {
  double mean, error;
};

Estimate estimate(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

void expect_agrees(const Estimate& found, double expected, const std::string& what) {
  EXPECT_LT(std::fabs(found.mean - expected), 4.5 * found.error) << what << ": " << found.mean << " for " << expected;
}

// Recursion (200) and circulant embedding (1000, to the end) have the same law.
TEST(FractionalNoisePhysics, CovarianceAndMeanSquaredDisplacement) {
  for (const std::size_t length : {std::size_t{200}, std::size_t{1000}})
    for (const double alpha : {0.05, 0.3, 0.7, 1.0, 1.3, 1.7, 1.9, 1.99}) {
      constexpr double k = 0.4;
      std::map<std::size_t, std::vector<double>> products;
      std::map<std::size_t, std::vector<double>> squares;
      FractionalNoise noise;
      for (std::uint32_t i = 0; i < 1500; ++i) {
        Random random({21, 1, 0, i, RandomStream::particle});
        noise.start(alpha, k, length, 2, true);
        std::vector<double> x, y;
        for (std::size_t n = 0; n < 150; ++n) {
          const Displacement d = noise.next(random);
          x.push_back(d[0]);
          y.push_back(d[1]);
        }
        for (const std::size_t lag : {0U, 1U, 2U, 10U, 100U})
          products[lag].push_back(0.5 * (x[20] * x[20 + lag] + y[20] * y[20 + lag]));
        products[1000].push_back(x[20] * y[20]);  // the axes are independent
        for (const int lag : {1, 10, 50, 149}) {
          const double dx = std::accumulate(x.begin(), x.begin() + lag, 0.0),
                       dy = std::accumulate(y.begin(), y.begin() + lag, 0.0);
          squares[static_cast<std::size_t>(lag)].push_back(dx * dx + dy * dy);
        }
      }
      for (const auto& [lag, values] : products)
        expect_agrees(estimate(values), lag == 1000 ? 0 : k * displacement_covariance(alpha, lag),
                      "covariance " + std::to_string(alpha) + " " + std::to_string(lag));
      for (const auto& [lag, values] : squares)
        expect_agrees(estimate(values), 4 * k * std::pow(static_cast<double>(lag), alpha),
                      "MSD " + std::to_string(alpha) + " " + std::to_string(lag));
    }
}

TEST(FractionalNoisePhysics, NextToBallisticItGoesStraightOn) {
  FractionalNoise noise;
  noise.start(std::nextafter(2.0, 0.0), 1, 640, 2);
  Random random({3, 1, 0, 0, RandomStream::particle});
  const Displacement first = noise.next(random);
  for (int i = 1; i < 640; ++i) {
    const Displacement next = noise.next(random);
    for (std::size_t axis = 0; axis < 2; ++axis) ASSERT_NEAR(next[axis], first[axis], 0.1) << i;
  }
}

// Displacements across the end of the recursion, whitened by the Cholesky factor of their covariance, are independent
// and of variance 1.
TEST(FractionalNoisePhysics, WhatIsMadeAfterTheRecursionFollowsFromWhatWasDrawn) {
  constexpr std::size_t drawn = 640, n = 680;
  for (const double alpha : {0.2, 0.8, 1.5, 1.95}) {
    std::vector<std::vector<double>> lower(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        const double known = std::inner_product(lower[i].begin(), lower[i].begin() + static_cast<std::ptrdiff_t>(j),
                                                lower[j].begin(), 0.0);
        const double rest = displacement_covariance(alpha, i - j) - known;
        lower[i][j] = i == j ? std::sqrt(rest) : rest / lower[j][j];
      }
    std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> products;  // at a displacement, over a lag
    FractionalNoise noise;
    for (std::uint32_t repeat = 0; repeat < 600; ++repeat) {
      Random random({27, 1, 0, repeat, RandomStream::particle});
      noise.start(alpha, 1, 1000, 2);
      std::vector<Displacement> made;
      while (made.size() < n) made.push_back(noise.next(random));
      for (const std::size_t axis : {0U, 1U}) {
        std::vector<double> white;
        for (std::size_t i = 0; i < n; ++i) {
          const double known = std::inner_product(white.begin(), white.end(), lower[i].begin(), 0.0);
          white.push_back((made[i].at(axis) - known) / lower[i][i]);
        }
        for (const std::size_t i : {drawn, drawn + 1, drawn + 5, n - 1})
          for (const std::size_t lag : {0U, 1U, 2U, 10U, 500U}) products[{i, lag}].push_back(white[i] * white[i - lag]);
      }
    }
    for (const auto& [place, values] : products)
      expect_agrees(estimate(values), place.second == 0 ? 1 : 0,
                    fmt::format("whitened, alpha {}, {} and {} before", alpha, place.first, place.second));
  }
}

// Variance of each displacement given those before it: the recursion's determinant is that of the covariance matrix.
TEST(FractionalNoisePhysics, RecursionWhitensExactly) {
  constexpr std::size_t n = 60;
  for (const double alpha : {0.2, 0.8, 1.5, 1.95}) {
    // Cholesky factor of the correlations; multiplied by the same normal numbers it gives the same displacements.
    std::vector<std::vector<double>> lower(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = displacement_covariance(alpha, i - j);
        for (std::size_t m = 0; m < j; ++m) sum -= lower[i][m] * lower[j][m];
        lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
      }
    const RandomKey key{22, 0, 0, 0, RandomStream::particle};
    Random given(key), same(key);
    FractionalNoise noise;
    noise.start(alpha, 1, n, 2);
    std::vector<double> normals;
    for (std::size_t i = 0; i < n; ++i) {
      const Displacement found = noise.next(given);
      normals.push_back(same.normal());
      same.normal();  // of y
      double expected = 0;
      for (std::size_t j = 0; j <= i; ++j) expected += lower[i][j] * normals[j];
      EXPECT_NEAR(found[0], expected, 1e-10) << alpha << " " << i;
    }
  }
}

ModelParameters chain() {
  ModelParameters parameters;
  parameters.model = ModelKind::multi_state;
  parameters.particles = 4000;
  parameters.frames = 400;
  for (const double k : {0.1, 1.0, 0.3}) parameters.states.push_back({Distribution::fixed(1), Distribution::fixed(k)});
  parameters.transition = {{0.9, 0.05, 0.05}, {0.1, 0.8, 0.1}, {0.02, 0.03, 0.95}};
  return parameters;
}

TEST(MultiStatePhysics, DwellTimesAreGeometricAndSharesStationary) {
  const ModelParameters parameters = chain();
  const BoxPaths paths = simulate_box(parameters, {}, {23, 1, 0, 0, RandomStream::particle});
  std::vector<std::vector<double>> shares(3);
  std::vector<std::vector<double>> dwells(3);
  std::vector<std::vector<double>> at_least_six(3);
  for (std::size_t p = 0; p < paths.particles; ++p) {
    std::vector<double> count(3);
    std::size_t begin = 0;
    for (std::size_t t = 1; t < paths.frames; ++t) {
      const auto state = [&](std::size_t at) {
        return static_cast<std::size_t>(paths.values[paths.labels(p)[at]].number);
      };
      if (t >= 200) ++count[state(t)];
      if (state(t) == state(t - 1)) continue;
      // Dwells that begin in the first half and end within the trajectory: cut off with probability < 1e-4.
      if (begin > 0 && begin < 200) {
        const auto length = static_cast<double>(t - begin);
        dwells[state(t - 1)].push_back(length);
        at_least_six[state(t - 1)].push_back(length >= 6 ? 1 : 0);
      }
      begin = t;
    }
    for (std::size_t s = 0; s < 3; ++s) shares[s].push_back(count[s] / 200);
  }
  // Left eigenvector of the transition matrix, by iteration.
  std::vector<double> stationary{1, 0, 0};
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> next(3);
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) next[b] += stationary[a] * parameters.transition[a][b];
    stationary = next;
  }
  for (std::size_t s = 0; s < 3; ++s) {
    const double stay = parameters.transition[s][s];
    expect_agrees(estimate(shares[s]), stationary[s], "share of state " + std::to_string(s));
    expect_agrees(estimate(dwells[s]), 1 / (1 - stay), "dwell time of state " + std::to_string(s));
    expect_agrees(estimate(at_least_six[s]), std::pow(stay, 5), "dwells of six frames, state " + std::to_string(s));
  }
}

TEST(ImmobileTrapPhysics, DwellTimesAreGeometric) {
  ModelParameters parameters;
  parameters.model = ModelKind::immobile_traps;
  parameters.particles = 3000;
  parameters.states = {{Distribution::fixed(1), Distribution::fixed(1)}};
  parameters.radius = 1;
  parameters.centres = 600;
  parameters.binding = 0.7;
  parameters.unbinding = 0.2;
  Random layout({24, 1, 0, 0, RandomStream::layout});
  const BoxPaths paths =
      simulate_box(parameters, draw_layout(parameters, layout), {24, 1, 0, 0, RandomStream::particle});
  std::vector<double> dwells;
  for (std::size_t p = 0; p < paths.particles; ++p) {
    std::size_t begin = 0;
    const auto bound = [&](std::size_t t) {
      return paths.values[paths.labels(p)[t]].state == DiffusiveState::immobile;
    };
    for (std::size_t t = 1; t < paths.frames; ++t) {
      if (bound(t) && !bound(t - 1)) begin = t;
      if (!bound(t) && bound(t - 1) && begin < 100) dwells.push_back(static_cast<double>(t - begin));
      if (bound(t)) {
        EXPECT_EQ(paths.path(p, 0)[t], paths.path(p, 0)[t - 1]);  // held where it is
      }
    }
  }
  ASSERT_GT(dwells.size(), 1000U);
  expect_agrees(estimate(dwells), 5, "dwell time in a trap");
}

TEST(DimerPhysics, PartnersMoveTogether) {
  ModelParameters parameters;
  parameters.model = ModelKind::dimerization;
  parameters.particles = 300;
  parameters.states = {{Distribution::fixed(1), Distribution::fixed(1)},
                       {Distribution::fixed(0.6), Distribution::fixed(0.2)}};
  parameters.radius = 1.5;
  parameters.binding = 0.8;
  parameters.unbinding = 0.05;
  const BoxPaths paths = simulate_box(parameters, {}, {25, 1, 0, 0, RandomStream::particle});
  std::size_t together = 0;
  for (std::size_t t = 1; t < paths.frames; ++t) {
    std::map<double, int> steps;  // of bound particles that no wall touched
    std::size_t bound = 0;
    for (std::size_t p = 0; p < paths.particles; ++p) {
      const double x = paths.path(p, 0)[t];
      if (paths.values[paths.labels(p)[t]].number == 0 || x < 8 || x > 222) continue;
      ++bound;
      ++steps[std::round((x - paths.path(p, 0)[t - 1]) * 1e9)];
    }
    for (const auto& [step, count] : steps) together += count == 2 ? 2U : 0U;
    EXPECT_LE(bound, paths.particles);
  }
  std::size_t labelled = 0;
  for (const std::uint32_t code : paths.codes) labelled += paths.values[code].number == 1 ? 1U : 0U;
  ASSERT_GT(labelled, 5000U);
  EXPECT_GT(static_cast<double>(together), 0.85 * static_cast<double>(labelled));  // the others are near the walls
}

TEST(SingleStatePhysics, ReflectedBrownianMotionStaysUniform) {
  ModelParameters parameters;
  parameters.particles = 20000;
  parameters.frames = 60;
  parameters.states = {{Distribution::fixed(1), Distribution::fixed(20)}};
  const BoxPaths paths = simulate_box(parameters, {}, {26, 1, 0, 0, RandomStream::particle});
  std::vector<double> left, middle;
  for (std::size_t p = 0; p < paths.particles; ++p) {
    const double x = paths.path(p, 0)[59] / parameters.box;
    ASSERT_TRUE(x >= 0 && x <= 1);
    left.push_back(x < 0.1 ? 1 : 0);
    middle.push_back(std::fabs(x - 0.5) < 0.05 ? 1 : 0);
  }
  expect_agrees(estimate(left), 0.1, "near the wall");
  expect_agrees(estimate(middle), 0.1, "in the middle");
}

}  // namespace
}  // namespace an::simulation
