// SPDX-License-Identifier: MIT
#include "simulation/fov_video.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "simulation/poisson.hpp"

namespace an::simulation {
namespace {

FovTrajectory at_rest(Point place, std::size_t frames) {
  FovTrajectory trajectory{};
  trajectory.x.assign(frames, place.x);
  trajectory.y.assign(frames, place.y);
  return trajectory;
}

TEST(PointSpread, IsTheAiryPattern) {
  const PointSpread spread = airy_pattern({}, 10);
  EXPECT_NEAR(spread.at(0, 0), 0.555, 1e-7);
  EXPECT_EQ(spread.at(2, -1), spread.at(-1, 2));
  // First dark ring at 1.2197 λ / 2 NA = 2.0885 px: (2, 0) lies just inside of it.
  EXPECT_LT(spread.at(2, 0), 0.001);
  EXPECT_GT(spread.at(3, 0), spread.at(2, 0));
  // All light of the pattern is peak · 4π/k²; a tenth of a tenth lies outside.
  const double k = 2 * M_PI * 1.46 / 5;
  EXPECT_NEAR(spread.sum(), 0.555 * 4 * M_PI / (k * k), 0.07);
}

TEST(PointSpread, DefocusKeepsTheLightAndLowersThePeak) {
  const PointSpread sharp = airy_pattern({}, 10), same = defocused_pattern({}, 10, 0),
                    far = defocused_pattern({}, 10, 300);
  EXPECT_NEAR(same.at(0, 0), sharp.at(0, 0), 2e-3);
  EXPECT_LT(far.at(0, 0), 0.8 * sharp.at(0, 0));
  EXPECT_NEAR(far.sum(), sharp.sum(), 1e-4);
}

// Chi-squared against the exact probabilities.
TEST(Poisson, NumbersHaveTheirDistribution) {
  const Poisson poisson;
  for (const double mean : {0.01, 0.5, 3.0, 15.9, 40.0, 100.0, 600.0}) {
    Random random({31, 0, 0, static_cast<std::uint32_t>(mean * 100), RandomStream::video});
    const PoissonTable table(mean);
    for (const bool by_table : {false, true}) {
      constexpr int total = 400000;
      std::vector<double> counts(2000);
      for (int i = 0; i < total; ++i) ++counts[by_table ? table.draw(random) : poisson.draw(mean, random)];
      double chi_squared = 0, cells = 0, rest = total, rest_found = total;
      for (std::size_t n = 0; n < counts.size(); ++n) {
        const double expected =
            total * std::exp(static_cast<double>(n) * std::log(mean) - mean - std::lgamma(static_cast<double>(n) + 1));
        if (expected < 20) continue;
        chi_squared += (counts[n] - expected) * (counts[n] - expected) / expected;
        ++cells;
        rest -= expected;
        rest_found -= counts[n];
      }
      if (rest > 5) chi_squared += (rest_found - rest) * (rest_found - rest) / rest;
      EXPECT_LT(chi_squared, cells + 4.5 * std::sqrt(2 * cells) + 12) << mean << (by_table ? " table" : "");
    }
  }
}

TEST(VipMap, BlocksOfTwoByTwoAddUpWhereTheyOverlap) {
  const std::vector<Point> places{{2.7, 3.2}, {3.1, 3.9}, {0.2, 7.9}};
  const std::vector<std::uint8_t> map = vip_map(places, 8);
  EXPECT_EQ(map[2 * 8 + 3], 0);
  EXPECT_EQ(map[4 * 8 + 3], 1);
  EXPECT_EQ(map[3 * 8 + 3], 2);  // (0 + 1) + (1 + 1) - 1
  EXPECT_EQ(map[0 * 8 + 7], 2);
  EXPECT_EQ(map[7 * 8 + 0], 255);
}

TEST(Video, LightLiesWhereTheParticleIs) {
  FieldOfView fov;
  fov.trajectories = {at_rest({40.0, 90.5}, 50)};
  VideoParameters parameters;
  parameters.intensity_sd = 0;
  const Video video = render_video(fov, 128, 50, parameters, {1, 1, 0, 0, RandomStream::video});
  ASSERT_EQ(video.pages.size(), 51U);
  double peak = 0, beside = 0, background = 0;
  for (std::size_t frame = 1; frame <= 50; ++frame) {
    const auto& page = video.pages[frame];
    peak += page[40 * 128 + 90] + page[40 * 128 + 91];
    beside += page[43 * 128 + 90] + page[43 * 128 + 91];
    background += page[100 * 128 + 20] + page[100 * 128 + 21];
  }
  // 100 + 0.555 · 500 · (1 + a(1)) / 2 photons at the two, a(1) = 0.388
  EXPECT_NEAR(peak / background, 2.93, 0.1);
  EXPECT_NEAR(beside / background, 1.05, 0.06);
}

TEST(Video, SameNameSameBytesAndOptionsChangeThem) {
  FieldOfView fov;
  fov.trajectories = {at_rest({40, 90}, 20), at_rest({70, 30}, 20)};
  for (std::size_t t = 0; t < 20; ++t) fov.trajectories[1].x[t] += 0.8 * static_cast<double>(t);
  const RandomKey key{1, 1, 0, 0, RandomStream::video};
  const auto pages = [&](const VideoParameters& parameters, const RandomKey& name) {
    return render_video(fov, 128, 20, parameters, name).pages;
  };
  EXPECT_EQ(pages({}, key), pages({}, key));
  EXPECT_NE(pages({}, key), pages({}, {1, 1, 1, 0, RandomStream::video}));
  for (double VideoParameters::*option : {&VideoParameters::exposure, &VideoParameters::flicker,
                                          &VideoParameters::blink_off, &VideoParameters::focus_drift_nm}) {
    VideoParameters changed;
    changed.*option = 0.5;
    EXPECT_NE(pages({}, key), pages(changed, key));
  }
  VideoParameters dark;
  dark.blink_off = 1;
  dark.blink_on = 0;
  dark.background = 0;
  const std::vector<std::uint8_t> first = pages(dark, key)[1];
  EXPECT_EQ(std::accumulate(first.begin(), first.end(), 0), 0);
}

}  // namespace
}  // namespace an::simulation
