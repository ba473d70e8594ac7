// SPDX-License-Identifier: MIT
#include "network/trajectory_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"

namespace {

using namespace an::network;
namespace feature = an::network::feature;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Path {
  std::size_t first_frame;
  std::vector<double> x, y;
};

std::vector<ParticlePath> views(const std::vector<Path>& paths) {
  std::vector<ParticlePath> out;
  for (const Path& path : paths) out.push_back({path.first_frame, path.x, path.y});
  return out;
}

std::vector<float> features(const std::vector<Path>& paths, std::size_t particle, std::size_t frames) {
  std::vector<float> out(frames * feature_count, -7.0F);
  FovFeatures(views(paths)).write(particle, frames, out);
  return out;
}

float at(const std::vector<float>& out, std::size_t frame, std::size_t number) {
  return out[frame * feature_count + number];
}

std::vector<Path> random_walks(std::size_t particles, std::uint64_t seed) {
  std::vector<Path> paths;
  for (std::uint32_t i = 0; i < particles; ++i) {
    an::Random random({seed, 0, 0, i, an::RandomStream::particle});
    Path path{random.below(30), {60 * random.uniform()}, {60 * random.uniform()}};
    const std::size_t frames = 20 + random.below(40);
    while (path.x.size() < frames) {
      path.x.push_back(path.x.back() + random.normal());
      path.y.push_back(path.y.back() + random.normal());
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

TEST(TrajectoryFeatures, OfStepsAreThoseWorkedByHand) {
  // Steps (3, 4), (0, 0), (-4, 3): root mean square sqrt(50 / 3).
  const auto out = features({{5, {1, 4, 4, 0}, {1, 5, 5, 8}}}, 0, 6);
  const double rms = std::sqrt(50.0 / 3);
  EXPECT_FLOAT_EQ(at(out, 1, feature::step_x), static_cast<float>(std::asinh(3 / 0.17)));
  EXPECT_FLOAT_EQ(at(out, 1, feature::step_x + 1), static_cast<float>(std::asinh(4 / 0.17)));
  EXPECT_FLOAT_EQ(at(out, 3, feature::step_x), static_cast<float>(std::asinh(-4 / 0.17)));
  EXPECT_FLOAT_EQ(at(out, 3, feature::relative_step_x), static_cast<float>(-4 / rms));
  EXPECT_FLOAT_EQ(at(out, 3, feature::relative_step_x + 1), static_cast<float>(3 / rms));
  for (std::size_t t = 0; t < 4; ++t) {
    EXPECT_FLOAT_EQ(at(out, t, feature::log_rms), static_cast<float>(0.5 * std::log(rms)));
    EXPECT_EQ(at(out, t, feature::mask), 1);
    EXPECT_EQ(at(out, t, feature::neighbour_distance), 1);
  }
  EXPECT_FLOAT_EQ(at(out, 1, feature::log_step), static_cast<float>(0.5 * std::log(25.0144)));
  EXPECT_FLOAT_EQ(at(out, 2, feature::log_step), static_cast<float>(0.5 * std::log(0.0144)));
}

TEST(TrajectoryFeatures, OfTheFirstFrameHasNoStep) {
  const auto out = features({{0, {1, 4}, {1, 5}}}, 0, 2);
  for (const std::size_t number : {feature::step_x, feature::step_x + 1, feature::relative_step_x,
                                   feature::relative_step_x + 1, feature::log_step, feature::turn})
    EXPECT_EQ(at(out, 0, number), 0) << number;
}

TEST(TrajectoryFeatures, AreZeroAfterTheEnd) {
  const auto out = features({{0, {1, 4}, {1, 5}}}, 0, 4);
  EXPECT_TRUE(std::all_of(out.begin() + 2 * feature_count, out.end(), [](float value) { return value == 0; }));
}

TEST(TrajectoryFeatures, OfDisplacementsAreCentredAndStayInside) {
  // x = t²: a displacement from a to b is b² - a².
  Path path{0, {}, std::vector<double>(10, 0)};
  for (int t = 0; t < 10; ++t) path.x.push_back(t * t);
  const auto out = features({path}, 0, 10);
  const auto expected = [](double a, double b) {
    return static_cast<float>(0.5 * std::log(std::pow(b * b - a * a, 2) + 0.0144));
  };
  const std::size_t lag1 = feature::log_displacement, lag2 = lag1 + 1, lag4 = lag1 + 2, lag8 = lag1 + 3;
  EXPECT_FLOAT_EQ(at(out, 3, lag1), expected(3, 4));
  EXPECT_FLOAT_EQ(at(out, 9, lag1), expected(8, 9));
  EXPECT_FLOAT_EQ(at(out, 0, lag2), expected(0, 2));
  EXPECT_FLOAT_EQ(at(out, 5, lag2), expected(4, 6));
  EXPECT_FLOAT_EQ(at(out, 5, lag4), expected(3, 7));
  EXPECT_FLOAT_EQ(at(out, 9, lag4), expected(5, 9));
  EXPECT_FLOAT_EQ(at(out, 4, lag8), expected(0, 8));
  EXPECT_FLOAT_EQ(at(out, 5, lag8), expected(1, 9));
}

TEST(TrajectoryFeatures, OfATrajectoryShorterThanTheLagUseAllOfIt) {
  const auto out = features({{0, {0, 0, 2}, {0, 0, 0}}}, 0, 3);
  // 2 px in 2 frames: squared, 4 times as much in 8.
  for (std::size_t t = 0; t < 3; ++t)
    EXPECT_FLOAT_EQ(at(out, t, feature::log_displacement + 3), static_cast<float>(0.5 * std::log(16.0144)));
}

TEST(TrajectoryFeatures, OfTurnsAreCosines) {
  const auto out = features({{0, {0, 1, 1, 1, 3, 2}, {0, 0, 2, 2, 2, 3}}}, 0, 6);
  EXPECT_EQ(at(out, 1, feature::turn), 0);  // right angle
  EXPECT_EQ(at(out, 2, feature::turn), 0);  // before a rest
  EXPECT_EQ(at(out, 3, feature::turn), 0);
  EXPECT_FLOAT_EQ(at(out, 4, feature::turn), static_cast<float>(-1 / std::sqrt(2.0)));
  EXPECT_EQ(at(out, 5, feature::turn), 0);  // no step after it
}

TEST(TrajectoryFeatures, OfTheNeighbourAreThoseWorkedByHand) {
  const std::vector<Path> paths{{10, {0, 1, 2}, {0, 0, 0}}, {11, {1, 2, 9}, {3, 3, 9}}, {11, {20, 20}, {0, 0}}};
  const auto out = features(paths, 0, 3);
  EXPECT_EQ(at(out, 0, feature::neighbour_distance), 1);  // alone
  EXPECT_FLOAT_EQ(at(out, 1, feature::neighbour_distance), static_cast<float>(std::log(9.01) / std::log(100.01)));
  EXPECT_EQ(at(out, 1, feature::neighbour_step_x), 0);  // the other begins here
  EXPECT_EQ(at(out, 1, feature::neighbour_cosine), 0);
  EXPECT_FLOAT_EQ(at(out, 2, feature::neighbour_step_x), static_cast<float>(std::asinh(1 / 0.17)));
  EXPECT_EQ(at(out, 2, feature::neighbour_step_x + 1), 0);
  EXPECT_FLOAT_EQ(at(out, 2, feature::neighbour_cosine), 1);
  const auto far = features(paths, 2, 2);
  EXPECT_EQ(at(far, 0, feature::neighbour_distance), 1);
  EXPECT_EQ(at(far, 1, feature::neighbour_step_x), 0);
}

TEST(TrajectoryFeatures, FindTheNeighboursThatTryingAllFinds) {
  const std::vector<Path> paths = random_walks(80, 3);
  const FovFeatures fov(views(paths));
  std::size_t found = 0;
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (std::size_t t = 0; t < paths[i].x.size(); ++t) {
      std::uint32_t nearest = FovFeatures::Neighbour::nobody;
      double least = neighbour_range * neighbour_range;
      for (std::size_t j = 0; j < paths.size(); ++j) {
        const std::size_t frame = paths[i].first_frame + t - paths[j].first_frame;  // wraps around before its first
        if (j == i || frame >= paths[j].x.size()) continue;
        const double square =
            std::pow(paths[j].x[frame] - paths[i].x[t], 2) + std::pow(paths[j].y[frame] - paths[i].y[t], 2);
        if (square >= least) continue;
        least = square;
        nearest = static_cast<std::uint32_t>(j);
      }
      EXPECT_EQ(fov.neighbour(i, t).particle, nearest) << i << ' ' << t;
      found += nearest != FovFeatures::Neighbour::nobody ? 1 : 0;
    }
  EXPECT_GT(found, 1000U);
}

TEST(TrajectoryFeatures, OfEquallyNearNeighboursNameTheFirst) {
  const std::vector<Path> paths{{0, {5}, {5}}, {0, {8}, {5}}, {0, {2}, {5}}, {0, {5}, {8}}, {0, {5}, {5}}};
  const FovFeatures fov(views(paths));
  EXPECT_EQ(fov.neighbour(0, 0).particle, 4U);
  EXPECT_EQ(fov.neighbour(1, 0).particle, 0U);
  EXPECT_EQ(fov.neighbour(2, 0).particle, 0U);
}

TEST(TrajectoryFeatures, ChangeWithATurnOnlyWhereTheyHaveADirection) {
  const std::vector<Path> paths = random_walks(20, 4);
  std::vector<Path> turned = paths;
  const double angle = 0.7;
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (std::size_t t = 0; t < paths[i].x.size(); ++t) {
      turned[i].x[t] = std::cos(angle) * paths[i].x[t] - std::sin(angle) * paths[i].y[t];
      turned[i].y[t] = std::sin(angle) * paths[i].x[t] + std::cos(angle) * paths[i].y[t];
    }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto before = features(paths, i, 64), after = features(turned, i, 64);
    for (std::size_t t = 0; t < 64; ++t) {
      for (std::size_t f = feature::log_rms; f < feature_count; ++f) {
        if (f == feature::neighbour_step_x || f == feature::neighbour_step_x + 1) continue;
        EXPECT_NEAR(at(before, t, f), at(after, t, f), 1e-5) << i << ' ' << t << ' ' << f;
      }
      for (const std::size_t f : {feature::step_x, feature::neighbour_step_x}) {
        const auto length = [&](const std::vector<float>& out) {
          return std::hypot(std::sinh(at(out, t, f)), std::sinh(at(out, t, f + 1)));
        };
        EXPECT_NEAR(length(before), length(after), 1e-4 * (1 + length(before)));
      }
    }
  }
}

TEST(TrajectoryFeatures, DoNotDependOnWhereTheFieldOfViewIs) {
  const std::vector<Path> paths = random_walks(10, 5);
  std::vector<Path> moved = paths;
  for (Path& path : moved) {
    path.first_frame += 17;
    for (double& x : path.x) x += 64;
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto before = features(paths, i, 64), after = features(moved, i, 64);
    for (std::size_t n = 0; n < before.size(); ++n) EXPECT_NEAR(before[n], after[n], 1e-5);
  }
}

TEST(TrajectoryFeatures, DoNotDependOnHowFramesAreCounted) {
  const std::vector<Path> paths = random_walks(12, 6);
  std::vector<Path> late = paths;
  for (Path& path : late) path.first_frame += std::size_t{1} << 40U;
  for (std::size_t i = 0; i < paths.size(); ++i) EXPECT_EQ(features(late, i, 60), features(paths, i, 60)) << i;
}

TEST(TrajectoryFeatures, TakePositionsThatAreNotFiniteForAbsentSteps) {
  const double infinite = std::numeric_limits<double>::infinity();
  const std::vector<Path> paths{{0, {0, 1, nan, 3, 4}, {0, 0, 0, 0, 0}}, {0, {0, 1, 2, infinite, 4}, {1, 1, 1, 1, 1}}};
  const FovFeatures fov(views(paths));
  for (std::size_t i = 0; i < 2; ++i) {
    const auto out = features(paths, i, 5);
    EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](float value) { return std::isfinite(value); }));
    for (const std::size_t t : {2 + i, 3 + i})
      for (const std::size_t f : {feature::step_x, feature::relative_step_x, feature::log_step, feature::turn})
        EXPECT_EQ(at(out, t, f), 0) << t << ' ' << f;
    EXPECT_EQ(at(out, 1, feature::turn), i == 0 ? 0.0F : 1.0F);
    EXPECT_EQ(at(out, 2 + i, feature::mask), 1);
    EXPECT_EQ(at(out, 2 + i, feature::neighbour_distance), 1);
    EXPECT_FLOAT_EQ(at(out, 1, feature::log_rms), 0);  // of the steps there are, all 1 px
    EXPECT_EQ(fov.neighbour(i, 3).particle, FovFeatures::Neighbour::nobody);
  }
}

TEST(TrajectoryFeatures, OfARestingParticleAreFinite) {
  const auto out = features({{0, {2, 2, 2}, {2, 2, 2}}, {0, {}, {}}}, 0, 3);
  EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](float value) { return std::isfinite(value); }));
  EXPECT_EQ(at(out, 1, feature::relative_step_x), 0);
}

TEST(TrajectoryFeatures, AreOfOrderOne) {
  const std::vector<Path> paths = random_walks(40, 6);
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (const float value : features(paths, i, 64)) EXPECT_LT(std::fabs(value), 5);
}

}  // namespace
