// SPDX-License-Identifier: MIT
// The likelihood kernels against the multivariate normal density, and sums over paths against all paths one by one.
#include "segmentation/segment_evidence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "segmentation/path_samples.hpp"
#include "segmentation/state_path.hpp"
#include "segmentation/whitening.hpp"

namespace an::segmentation {
namespace {

constexpr double noise = 0.12;

Displacements made_up(std::size_t count, std::uint64_t seed, double sd) {
  Random random({seed, 0, 0, 0, RandomStream::paths});
  Displacements out;
  for (std::size_t t = 0; t < count; ++t) {
    out.x.push_back(static_cast<float>(sd * random.normal()));
    out.y.push_back(static_cast<float>(sd * random.normal()));
    out.known.push_back(1);
  }
  return out;
}

// ln density of displacements [i, j] of one axis by Cholesky decomposition of their whole covariance.
double log_density(std::span<const float> values, double alpha, double k) {
  const std::size_t n = values.size();
  const std::vector<double> r = displacement_covariance(alpha, k, noise, n);
  std::vector<std::vector<double>> l(n, std::vector<double>(n));
  double sum = 0;
  std::vector<double> z(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double value = r[i - j];
      for (std::size_t m = 0; m < j; ++m) value -= l[i][m] * l[j][m];
      l[i][j] = i == j ? std::sqrt(value) : value / l[j][j];
    }
    double rest = static_cast<double>(values[i]);
    for (std::size_t m = 0; m < i; ++m) rest -= l[i][m] * z[m];
    z[i] = rest / l[i][i];
    sum -= 0.5 * std::log(2 * std::numbers::pi) + std::log(l[i][i]) + 0.5 * z[i] * z[i];
  }
  return sum;
}

double log_density(const Displacements& d, std::size_t i, std::size_t j, const Cell& cell) {
  return log_density(std::span(d.x).subspan(i, j - i + 1), cell.alpha, cell.k) +
         log_density(std::span(d.y).subspan(i, j - i + 1), cell.alpha, cell.k);
}

const std::vector<std::vector<Cell>> two_states{{{0.5, 0.1, 0.25}, {0.9, 0.2, 0.75}}, {{1.2, 1.0, 1.0}}};

TEST(SegmentEvidence, IsTheNormalDensityAveragedOverCells) {
  const Displacements d = made_up(kernels::whitening_order + 1, 1, 0.7);
  const CellTable cells(two_states, {noise, noise});
  SegmentEvidence evidence;
  for (std::size_t last = 0; last < d.size(); ++last) {
    SCOPED_TRACE(last);
    const double tolerance = last <= 6 ? 2e-4 : 1e-2;  // beyond that not every number of earlier ones has a row
    Displacements begin = d;
    for (std::vector<float>* axis : {&begin.x, &begin.y}) axis->resize(last + 1);
    begin.known.resize(last + 1);
    evidence.compute(begin, cells);
    for (std::size_t s = 0; s < 2; ++s) {
      double expected = 0;
      for (const Cell& cell : two_states[s]) expected += cell.share * std::exp(log_density(d, 0, last, cell));
      EXPECT_NEAR(static_cast<double>(evidence.ending_at(s, last)[0]) + evidence.offset(), std::log(expected),
                  tolerance)
          << s;
    }
  }
}

TEST(SegmentEvidence, WhatIsInterpolatedPredictsNothing) {
  constexpr std::size_t gap = 23;  // and all before
  Displacements d = made_up(40, 13, 0.2);
  const CellTable cells({{{0.2, 0.02, 1}}, {{1.2, 0.02, 1}}}, {noise, noise});
  SegmentEvidence whole, since;
  for (const std::size_t t : {gap - 1, gap}) d.known[t] = 0;
  whole.compute(d, cells);
  const auto after = [](auto values) {
    values.erase(values.begin(), values.begin() + gap + 1);
    return values;
  };
  since.compute({after(d.x), after(d.y), after(d.known)}, cells);
  for (std::size_t s = 0; s < 2; ++s) {
    const auto of = [s](const SegmentEvidence& evidence, std::size_t i, std::size_t j) {
      std::vector<float> logarithms(kernels::cell_lanes);
      evidence.cell_likelihoods(s, i, j, logarithms);
      return static_cast<double>(logarithms[0]);
    };
    EXPECT_NEAR(of(whole, 3, 39), of(whole, 3, gap) + of(whole, gap + 1, 39), 1e-3) << s;
    EXPECT_NEAR(of(whole, 3, gap), of(whole, 3, gap - 2), 1e-3) << s;
  }
  EXPECT_NEAR(static_cast<double>(whole.ending_at(0, 39)[gap + 1] - whole.ending_at(1, 39)[gap + 1]),
              static_cast<double>(since.ending_at(0, 39 - gap - 1)[0] - since.ending_at(1, 39 - gap - 1)[0]), 1e-3);
}

TEST(SegmentEvidence, AStateMayBeToldByOtherDisplacements) {
  const Displacements own = made_up(40, 11, 0.5);
  const Displacements others = made_up(40, 12, 0.3);
  const CellTable cells(two_states, {noise, noise});
  SegmentEvidence of_own, of_others, of_both;
  of_own.compute(own, cells);
  of_others.compute(others, cells);
  const auto of_all = [](const SegmentEvidence& evidence, std::size_t state) {
    return static_cast<double>(evidence.ending_at(state, 39)[0]) + evidence.offset();
  };
  for (std::size_t state = 0; state < 2; ++state) {
    of_both.compute(own, cells, StateDisplacements{state, others});
    EXPECT_NEAR(of_all(of_both, state), of_all(of_others, state), 1e-3);
    EXPECT_NEAR(of_all(of_both, 1 - state), of_all(of_own, 1 - state), 1e-3);
  }
}

TEST(SegmentEvidence, LongSegmentsLoseLittleToTheOrder) {
  const Displacements d = made_up(150, 2, 1.4);
  const CellTable cells({{{0.7, 0.9, 1}}}, {noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  EXPECT_NEAR(static_cast<double>(evidence.ending_at(0, 149)[0]) + evidence.offset(),
              log_density(d, 0, 149, {0.7, 0.9, 1}), 2);
}

TEST(SegmentEvidence, MotionSlowerThanTheNoiseIsRememberedLonger) {
  // A drift that only adds up to more than the noise after ten displacements and more.
  Displacements d;
  Random random({9, 0, 0, 0, RandomStream::paths});
  double before_x = 0;
  double before_y = 0;
  for (std::size_t t = 0; t < 150; ++t) {
    const double error_x = noise * random.normal();
    const double error_y = noise * random.normal();
    d.x.push_back(static_cast<float>(0.02 + error_x - before_x));
    d.y.push_back(static_cast<float>(0.01 + error_y - before_y));
    d.known.push_back(1);
    before_x = error_x;
    before_y = error_y;
  }
  const Cell slow{1.8, 3e-4, 1};
  const CellTable cells({{slow}}, {noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  EXPECT_NEAR(static_cast<double>(evidence.ending_at(0, 149)[0]) + evidence.offset(), log_density(d, 0, 149, slow), 1);
}

TEST(SegmentEvidence, FarLessLikelyStatesAreAsExact) {
  const Displacements d = made_up(100, 10, 0.05);
  const Cell fast{1.9, 30, 1};
  const CellTable cells({{{0.5, 0.01, 1}}, {fast}}, {noise, noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  double expected = 0;
  const auto order = kernels::whitening_order;
  const Whitening whitening = whiten(displacement_covariance(fast.alpha, fast.k, noise, order + 1));
  for (const double value : predicted_log_likelihoods(d.x, d.y, whitening)) expected += value;
  EXPECT_NEAR(static_cast<double>(evidence.ending_at(1, 99)[0]) + evidence.offset(), expected, 0.02);
}

TEST(SegmentEvidence, UnknownDisplacementsSayNothing) {
  const std::vector<double> x{0, 1, std::numeric_limits<double>::quiet_NaN(), 3, 4};
  const std::vector<double> y{0, 0, 0, 0, 0};
  const Displacements d = displacements_of(x, y);
  EXPECT_EQ(d.known, (std::vector<std::uint8_t>{1, 0, 0, 1}));
  EXPECT_EQ(d.x, (std::vector<float>{1, 1, 1, 1}));
  const CellTable cells({{{0.3, 0.1, 0.5}, {1.8, 5, 0.5}}}, {noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  EXPECT_FLOAT_EQ(evidence.ending_at(0, 2)[1], 0);
}

TEST(SegmentEvidence, NothingKnownAndNothingThere) {
  const std::vector<double> nowhere(5, std::numeric_limits<double>::quiet_NaN());
  const Displacements d = displacements_of(nowhere, nowhere);
  EXPECT_EQ(d.known, std::vector<std::uint8_t>(4, 0));
  EXPECT_EQ(displacements_of({}, {}).size(), 0U);
}

TEST(SegmentEvidence, ImpossibleStepsStayFinite) {
  Displacements d = made_up(60, 3, 0.2);
  d.x[30] = 5000;
  const CellTable cells(two_states, {noise, noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  const PathPosterior posterior(evidence, {{0.5, 0.5}, {0, 0.1, 0.1, 0}});
  EXPECT_TRUE(std::isfinite(posterior.log_evidence()));
}

// Sum over all segmentations and states, one by one.
double sum_of_all_paths(const SegmentEvidence& evidence, const StateDynamics& dynamics) {
  const std::size_t n = evidence.displacements();
  const std::size_t states = dynamics.states();
  double total = 0;
  const auto extend = [&](const auto& self, std::size_t begin, std::size_t state, double probability) -> void {
    for (std::size_t end = begin; end < n; ++end) {
      const double stay = std::pow(1 - dynamics.ends(state), static_cast<double>(end - begin));
      const double here = probability * stay * std::exp(static_cast<double>(evidence.ending_at(state, end)[begin]));
      if (end + 1 == n) {
        total += here;
        continue;
      }
      for (std::size_t next = 0; next < states; ++next)
        if (dynamics.change[state * states + next] > 0)
          self(self, end + 1, next, here * dynamics.change[state * states + next]);
    }
  };
  for (std::size_t s = 0; s < states; ++s) extend(extend, 0, s, dynamics.start[s]);
  return std::log(total);
}

TEST(PathPosterior, SumsOverAllPaths) {
  const Displacements d = made_up(9, 4, 0.8);
  const CellTable cells(two_states, {noise, noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  for (const StateDynamics& dynamics :
       {StateDynamics{{0.3, 0.7}, {0, 0.2, 0.1, 0}}, StateDynamics{{0.5, 0.5}, {0.1, 0.2, 0.05, 0.3}}})
    EXPECT_NEAR(PathPosterior(evidence, dynamics).log_evidence(), sum_of_all_paths(evidence, dynamics), 1e-4);
}

TEST(PathPosterior, DrawsPathsAsOftenAsTheyAreLikely) {
  const Displacements d = made_up(2, 5, 0.5);
  const CellTable cells(two_states, {noise, noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  const StateDynamics dynamics{{0.5, 0.5}, {0, 0.3, 0.4, 0}};
  const PathPosterior posterior(evidence, dynamics);
  const auto part = [&](std::size_t s, std::size_t i, std::size_t j) {
    return std::exp(static_cast<double>(evidence.ending_at(s, j)[i]));
  };
  const double stays = 0.5 * part(0, 0, 1) * 0.7;
  const double expected = stays / std::exp(posterior.log_evidence());
  Random random({6, 0, 0, 0, RandomStream::paths});
  constexpr int draws = 20000;
  int count = 0;
  for (int i = 0; i < draws; ++i) count += posterior.draw(random) == StatePath{{0, 2, 0}} ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(count) / draws, expected, 5 * std::sqrt(expected * (1 - expected) / draws));
}

// Twenty slow displacements, twenty ten times as large, and twenty that are so many times as large as the slow ones.
Displacements slow_fast_and(float last) {
  Displacements d = made_up(60, 7, 0.3);
  for (std::size_t t = 20; t < d.size(); ++t) {
    d.x[t] *= t < 40 ? 10 : last;
    d.y[t] *= t < 40 ? 10 : last;
  }
  return d;
}

TEST(PathSamples, SegmentsOfAStateShareTheirParameters) {
  // Slow, fast, slow; with cells far apart, paths whose slow segments disagree are unlikely.
  const Displacements d = slow_fast_and(1);
  const CellTable cells({{{1, 0.04, 0.5}, {1, 0.3, 0.5}}, {{1, 5, 1}}}, {noise, noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  const PathPosterior posterior(evidence, {{0.5, 0.5}, {0, 0.05, 0.05, 0}});
  Random random({8, 0, 0, 0, RandomStream::paths});
  const PathSamples paths(evidence, cells, posterior, true, DimerPartners{}, 64, random);
  EXPECT_GT(paths.cell_posterior(0)[0], 0.99);
  ASSERT_EQ(paths.draws(1).size(), 1U);
  EXPECT_NEAR(paths.draws(1)[0].probability, 1, 1e-9);
  // Two draws of a share of one half became one.
  EXPECT_NEAR(paths.log_gain(), std::log(2), 0.05);
}

TEST(PathSamples, DimersHaveTheParametersOfOneOfTheTwo) {
  // Slow, fast, slower: bound twice, to one partner or to two.
  const Displacements d = slow_fast_and(4);
  const CellTable cells({{{1, 0.04, 0.5}, {1, 0.7, 0.5}}, {{1, 5, 1}}}, {noise, noise});
  SegmentEvidence evidence;
  evidence.compute(d, cells);
  const PathPosterior posterior(evidence, {{0.5, 0.5}, {0, 0.05, 0.05, 0}});
  const auto sampled = [&](std::size_t second) {
    Random random({8, 0, 0, 0, RandomStream::paths});
    DimerPartners dimers{0, std::vector<std::size_t>(60, 3)};
    std::fill(dimers.partner.begin() + 30, dimers.partner.end(), second);
    return PathSamples(evidence, cells, posterior, true, dimers, 64, random);
  };
  // What it has itself may be either; with each partner it moved in another way.
  const PathSamples two = sampled(4);
  EXPECT_NEAR(two.cell_posterior(0)[0], 0.5, 0.02);
  ASSERT_EQ(two.draws(0).size(), 2U);
  for (const ParameterDraw& draw : two.draws(0)) EXPECT_NEAR(draw.probability, 1, 0.01);
  EXPECT_GT(two.draws(0)[0].posterior[0], 0.98);
  EXPECT_LT(two.draws(0)[1].posterior[0], 0.02);
  ASSERT_EQ(two.draws(1).size(), 1U);
  EXPECT_NEAR(two.draws(1)[0].probability, 1, 1e-9);
  // One partner, one draw: slow and fast at once is unlikely, and whose it was is not known.
  const PathSamples one = sampled(3);
  ASSERT_EQ(one.draws(0).size(), 1U);
  EXPECT_NEAR(one.draws(0)[0].probability, 1, 0.01);
  EXPECT_LT(one.log_gain(), two.log_gain() - 5);
  const double drawn = one.draws(0)[0].posterior[0];
  EXPECT_NEAR(one.cell_posterior(0)[0], 0.5 * drawn + 0.25, 0.02);
}

}  // namespace
}  // namespace an::segmentation
