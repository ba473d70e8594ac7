// SPDX-License-Identifier: MIT
#include "segmentation/dimer_terms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "core/random.hpp"

namespace an::segmentation {
namespace {

constexpr double noise = 0.12;
constexpr double range = 1.2;

ExperimentModel dimers() {
  ExperimentModel model;
  model.phenomenon = Phenomenon::dimerization;
  model.states = {{0.5, 0.1, 0.05, 0.02}, {1, 0.1, 1, 0.2}};
  model.dynamics = {{0.1, 0.9}, {0, 0.02, 0.02, 0}};
  model.errors = independent_errors(noise);
  model.dimer = 0;
  model.dimer_range = range;
  return model;
}

// Two slow particles in the middle, and two others that are far from all and mark the borders of what is seen.
struct Pair {
  FieldOfView fov;

  // Angles of the second one's place from the first, frame by frame.
  explicit Pair(const std::vector<double>& angles) {
    Random random({5, 0, 0, 0, RandomStream::particle});
    Trajectory first{0, 0, {}, {}};
    Trajectory second{1, 0, {}, {}};
    Trajectory low{2, 0, {}, {}};
    Trajectory high{3, 0, {}, {}};
    double x = 50;
    double y = 50;
    for (const double angle : angles) {
      const auto seen = [&](Trajectory& t, double at_x, double at_y) {
        t.x.push_back(at_x + noise * random.normal());
        t.y.push_back(at_y + noise * random.normal());
      };
      seen(first, x, y);
      seen(second, x + 0.6 * std::cos(angle), y + 0.6 * std::sin(angle));
      seen(low, 0, 0);
      seen(high, 100, 100);
      x += std::sqrt(0.1) * random.normal();
      y += std::sqrt(0.1) * random.normal();
    }
    fov.trajectories = {first, second, low, high};
  }

  // Of the first particle: the sum of what speaks for its being bound in displacements [begin, end).
  double bound(std::size_t begin, std::size_t end) const {
    const std::vector<float> terms = dimer_terms(fov, Neighbourhood(fov, widest_dimer), 0, dimers()).bound;
    return std::accumulate(terms.begin() + static_cast<std::ptrdiff_t>(begin),
                           terms.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
  }
};

TEST(DimerTerms, APairThatKeepsItsDifferenceIsBound) {
  const Pair pair(std::vector<double>(60, 0.0));
  EXPECT_GT(pair.bound(0, 59), 59);
}

TEST(DimerTerms, APairIsToldByItsMiddle) {
  const Pair pair(std::vector<double>(60, 0.0));
  const DimerTerms terms = dimer_terms(pair.fov, Neighbourhood(pair.fov, widest_dimer), 0, dimers());
  const Trajectory& a = pair.fov.trajectories[0];
  const Trajectory& b = pair.fov.trajectories[1];
  EXPECT_EQ(terms.middle.state, 0U);
  for (const std::size_t t : {0U, 20U, 58U}) {
    const double dx = 0.5 * (a.x[t + 1] + b.x[t + 1] - a.x[t] - b.x[t]);
    EXPECT_NEAR(static_cast<double>(terms.middle.displacements.x[t]), dx, 1e-6) << t;
  }
}

TEST(DimerTerms, ALoneParticleIsToldByItselfAndFastStepsAreNotMadeUpFor) {
  const Pair pair(std::vector<double>(60, 0.0));
  FieldOfView fov = pair.fov;
  fov.trajectories.erase(fov.trajectories.begin() + 1);
  Trajectory& lone = fov.trajectories[0];
  for (std::size_t t = 30; t < 60; ++t) lone.x[t] += 4 * static_cast<double>(t % 2);
  const DimerTerms terms = dimer_terms(fov, Neighbourhood(fov, widest_dimer), 0, dimers());
  const Displacements own = displacements_of(lone.x, lone.y);
  EXPECT_EQ(terms.middle.displacements.x, own.x);
  EXPECT_EQ(terms.middle.displacements.y, own.y);
  const auto [least, most] = std::minmax_element(terms.own.begin(), terms.own.end());
  EXPECT_GE(*least, -1);
  EXPECT_LE(*most, 1);
  // Of ordinary steps: the greater noise that a lone particle has.
  EXPECT_NE(terms.own[10], 0);
}

TEST(DimerTerms, NobodyNearSpeaksAgainstIt) {
  const Pair pair(std::vector<double>(60, 0.0));
  const std::vector<float> alone = dimer_terms(pair.fov, Neighbourhood(pair.fov, widest_dimer), 2, dimers()).bound;
  EXPECT_EQ(alone[30], 0);  // at the border, beyond which a partner may be
  FieldOfView fov = pair.fov;
  fov.trajectories.erase(fov.trajectories.begin() + 1);
  EXPECT_FLOAT_EQ(dimer_terms(fov, Neighbourhood(fov, widest_dimer), 0, dimers()).bound[30],
                  static_cast<float>(dimers().errors.log_missed));
}

// A neighbour that moves as no free particle of the model does is no partner for that.
TEST(DimerTerms, AFreeStateThatSuitsNobodyMakesNoPairs) {
  Pair pair(std::vector<double>(60, 0.0));
  Random random({6, 0, 0, 0, RandomStream::particle});
  for (const std::size_t i : {0U, 1U}) {  // both go the same way, but each by itself
    Trajectory& t = pair.fov.trajectories[i];
    for (std::size_t frame = 0; frame < t.x.size(); ++frame) {
      t.x[frame] = 20 + 0.8 * static_cast<double>(frame) + 0.4 * random.normal();
      t.y[frame] = 50 + static_cast<double>(i) + 0.4 * random.normal();
    }
  }
  ExperimentModel model = dimers();
  model.dimer_range = widest_dimer;
  model.states[1] = {0.02, 0.05, 0.05, 0.001};
  const std::vector<float> terms = dimer_terms(pair.fov, Neighbourhood(pair.fov, widest_dimer), 0, model).bound;
  EXPECT_LT(std::accumulate(terms.begin(), terms.end(), 0.0), 0);
}

// A pair that lets go and binds anew at once has a new difference, in any direction.
TEST(DimerTerms, APairThatBindsAnewIsBoundAgain) {
  for (const double turn : {0.5, 1.0, 1.8, 2.5, std::numbers::pi}) {
    std::vector<double> angles(80, 0.0);
    for (std::size_t t = 40; t < angles.size(); ++t) angles[t] = turn;
    EXPECT_GT(Pair(angles).bound(45, 79), 34) << turn;
  }
}

// Tracks of spots that overlap change places and keep the new ones.
TEST(DimerTerms, TracksMayChangePlaces) {
  Pair pair(std::vector<double>(80, 1.0));
  Trajectory& first = pair.fov.trajectories[0];
  Trajectory& second = pair.fov.trajectories[1];
  for (std::size_t t = 40; t < 80; ++t) {
    std::swap(first.x[t], second.x[t]);
    std::swap(first.y[t], second.y[t]);
  }
  EXPECT_GT(pair.bound(41, 79), 38);
}

TEST(DimerTerms, AFrameInWhichAParticleIsNotFoundSaysNothingOfBinding) {
  Pair pair(std::vector<double>(60, 0.0));
  pair.fov.trajectories[0].x[30] = pair.fov.trajectories[0].y[30] = std::nan("");
  ExperimentModel model = dimers();
  model.binding = {1, 0.9};
  const DimerTerms terms = dimer_terms(pair.fov, Neighbourhood(pair.fov, widest_dimer), 0, model);
  for (const std::size_t t : {29U, 30U}) {  // the displacements to it and from it
    EXPECT_EQ(terms.binds[t], 0) << t;
    EXPECT_EQ(terms.free[t], 0) << t;
    EXPECT_EQ(terms.bound[t], 0) << t;
  }
  for (const std::size_t t : {28U, 31U}) {
    EXPECT_GT(terms.binds[t], 0) << t;
    EXPECT_LT(terms.free[t], 0) << t;
  }
}

}  // namespace
}  // namespace an::segmentation
