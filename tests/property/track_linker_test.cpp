// SPDX-License-Identifier: MIT
#include "tracking/track_linker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/random.hpp"
#include "tracking/distance_linker.hpp"

namespace an::tracking {
namespace {

struct Walk {
  double y, x, sigma, photons;
};

constexpr double noise = 0.05;  // px
constexpr double photon_noise = 25;

struct Scene {
  std::vector<std::vector<Localisation>> frames;
  std::vector<std::vector<std::size_t>> truth;  // the walk of each
};

Localisation localised(const Walk& walk, Random& random) {
  Localisation l;
  l.y = walk.y + noise * random.normal();
  l.x = walk.x + noise * random.normal();
  l.photons = walk.photons + photon_noise * random.normal();
  l.sd_y = l.sd_x = noise;
  l.sd_photons = photon_noise;
  return l;
}

Scene walk(std::vector<Walk> walks, std::size_t frames, double missing, Random& random) {
  Scene scene;
  for (std::size_t f = 0; f < frames; ++f) {
    scene.frames.emplace_back();
    scene.truth.emplace_back();
    for (std::size_t k = 0; k < walks.size(); ++k) {
      if (f > 0) {
        walks[k].y += walks[k].sigma * random.normal();
        walks[k].x += walks[k].sigma * random.normal();
      }
      if (random.coin(missing)) continue;
      scene.frames.back().push_back(localised(walks[k], random));
      scene.truth.back().push_back(k);
    }
  }
  return scene;
}

TrackLinkerParameters parameters(double side) {
  TrackLinkerParameters p;
  p.prior = {side, side, 20, 500, 40};
  return p;
}

// Share of localisations that continue their walk's track.
double right_links(const Scene& scene, const std::vector<std::vector<std::size_t>>& tracks) {
  std::map<std::size_t, std::size_t> last;
  std::size_t right = 0;
  std::size_t all = 0;
  for (std::size_t f = 0; f < scene.frames.size(); ++f)
    for (std::size_t i = 0; i < scene.frames[f].size(); ++i) {
      const auto [found, first] = last.try_emplace(scene.truth[f][i], tracks[f][i]);
      if (!first) {
        ++all;
        right += tracks[f][i] == found->second ? 1 : 0;
      }
      found->second = tracks[f][i];
    }
  return static_cast<double>(right) / static_cast<double>(all);
}

TEST(TrackLinker, FollowsEverySpeedWithTheRightRange) {
  Random random({1, 0, 0, 0, RandomStream::particle});
  std::vector<Walk> walks;
  for (int i = 0; i < 30; ++i)
    walks.push_back({20 + 160 * random.uniform(), 20 + 160 * random.uniform(),
                     i % 3 == 0   ? 0.0
                     : i % 3 == 1 ? 0.4
                                  : 1.5,
                     500 + 40 * random.normal()});
  const Scene scene = walk(walks, 150, 0, random);
  EXPECT_GE(right_links(scene, link_tracks(scene.frames, parameters(200))), 0.995);
}

TEST(TrackLinker, ClosesGaps) {
  Random random({2, 0, 0, 0, RandomStream::particle});
  std::vector<Walk> walks;
  for (int i = 0; i < 8; ++i) walks.push_back({60.0 * (i % 4) + 40, 60.0 * static_cast<double>(i / 4) + 40, 0.3, 500});
  const Scene scene = walk(walks, 200, 0.05, random);
  const auto tracks = link_tracks(scene.frames, parameters(300));
  EXPECT_EQ(right_links(scene, tracks), 1);
}

// Particles blink, many of them near each other, so that the ends of tracks are exchanged.
TEST(TrackLinker, ClosesNoGapLongerThanItsMemory) {
  Random random({7, 0, 0, 0, RandomStream::particle});
  std::vector<Walk> walks;
  for (int k = 0; k < 40; ++k) walks.push_back({64 * random.uniform(), 64 * random.uniform(), 0.7, 500});
  const Scene scene = walk(walks, 150, 0.4, random);
  for (const std::size_t memory : {0U, 1U, 2U, 3U}) {
    TrackLinkerParameters with_memory = parameters(64);
    with_memory.memory = memory;
    std::map<std::size_t, std::size_t> last;
    std::size_t longest = 0;
    const auto tracks = link_tracks(scene.frames, with_memory);
    for (std::size_t f = 0; f < tracks.size(); ++f)
      for (const std::size_t track : tracks[f]) {
        if (track == no_track) continue;
        const auto [found, first] = last.try_emplace(track, f);
        if (!first) longest = std::max(longest, f - found->second - 1);
        found->second = f;
      }
    EXPECT_EQ(longest, memory);
  }
}

TEST(TrackLinker, TellsParticlesThatMetByTheirBrightness) {
  Random random({3, 0, 0, 0, RandomStream::particle});
  int right = 0;
  constexpr int scenes = 40;
  for (int s = 0; s < scenes; ++s) {
    // Two particles at the same place in the middle of the video, where motion says nothing.
    std::vector<Walk> outward{{100, 100, 1, 450}, {100, 100, 1, 550}};
    const Scene half = walk(outward, 40, 0, random);
    const Scene other = walk(outward, 40, 0, random);
    Scene scene;
    for (std::size_t f = half.frames.size(); f-- > 0;) {
      scene.frames.push_back(half.frames[f]);
      scene.truth.push_back(half.truth[f]);
    }
    for (std::size_t f = 1; f < other.frames.size(); ++f) {
      scene.frames.push_back(other.frames[f]);
      scene.truth.push_back(other.truth[f]);
    }
    const auto tracks = link_tracks(scene.frames, parameters(200));
    right += tracks.front()[0] == tracks.back()[0] && tracks.front()[1] == tracks.back()[1] ? 1 : 0;
  }
  EXPECT_GE(right, 38);
}

TEST(TrackLinker, DoesNotDependOnTheOrderWithinFrames) {
  Random random({4, 0, 0, 0, RandomStream::particle});
  std::vector<Walk> walks;
  for (int i = 0; i < 40; ++i)
    walks.push_back({5 + 70 * random.uniform(), 5 + 70 * random.uniform(), 1, 500 + 40 * random.normal()});
  const Scene scene = walk(walks, 60, 0.01, random);
  Scene turned = scene;
  for (auto& frame : turned.frames) std::reverse(frame.begin(), frame.end());
  auto tracks = link_tracks(scene.frames, parameters(80));
  const auto other = link_tracks(turned.frames, parameters(80));
  // Equal but for the tracks' numbers.
  std::map<std::size_t, std::size_t> number;
  for (std::size_t f = 0; f < tracks.size(); ++f)
    for (std::size_t i = 0; i < tracks[f].size(); ++i) {
      const std::size_t same = other[f][other[f].size() - 1 - i];
      EXPECT_EQ(number.try_emplace(tracks[f][i], same).first->second, same);
    }
}

TEST(TrackLinker, TakesEmptyFramesAndVideos) {
  EXPECT_TRUE(link_tracks({}, parameters(10)).empty());
  const std::vector<std::vector<Localisation>> empty(5);
  EXPECT_EQ(link_tracks(empty, parameters(10)).size(), 5U);
  std::vector<std::vector<Localisation>> one(5);
  Localisation single;
  single.y = single.x = 5;
  single.photons = 500;
  single.sd_y = single.sd_x = 0.1;
  single.sd_photons = 20;
  one[2].push_back(single);
  EXPECT_EQ(link_tracks(one, parameters(10))[2][0], no_track);
}

// Crocker and Grier's links cost as little as one assignment over all of a frame, whatever the range.
TEST(DistanceLinker, NeedsNoLimitOfSubnets) {
  Random random({5, 0, 0, 0, RandomStream::particle});
  std::vector<Place> places;
  for (int i = 0; i < 400; ++i) places.push_back({5.0 * (i % 20), 5.0 * static_cast<double>(i / 20)});
  DistanceLinker linker({50, 3, 0.95, {}});
  for (int f = 0; f < 5; ++f) {
    for (Place& place : places) place = {place.y + 0.1 * random.normal(), place.x + 0.1 * random.normal()};
    const auto tracks = linker.link(places);
    for (std::size_t i = 0; i < tracks.size(); ++i) EXPECT_EQ(tracks[i], i);
  }
  EXPECT_GT(linker.oversized(), 0U);
  // The range adapts until the sets are small.
  DistanceLinker adaptive({50, 3, 0.8, 0.2});
  for (int f = 0; f < 5; ++f) {
    for (Place& place : places) place = {place.y + 0.1 * random.normal(), place.x + 0.1 * random.normal()};
    adaptive.link(places);
  }
  EXPECT_EQ(adaptive.oversized(), 0U);
}

}  // namespace
}  // namespace an::tracking
