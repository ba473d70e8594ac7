// SPDX-License-Identifier: MIT
#include "tracking/vip_matching.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "core/sparse_assignment.hpp"
#include "simulation/fov_video.hpp"

namespace an::tracking {
namespace {

Frame map_of(const std::vector<simulation::Point>& places, std::size_t side) {
  const std::vector<std::uint8_t> map = simulation::vip_map(places, side);
  return {side, side, PixelType::uint8, std::vector<float>(map.begin(), map.end())};
}

TEST(VipMap, FindsEveryBlock) {
  const auto labels = read_vip_map(map_of({{10.3, 20.9}, {0.2, 0.2}, {61.5, 30}, {40, 40.999}}, 64)).value();
  ASSERT_EQ(labels.size(), 4U);
  EXPECT_EQ(labels[0].vip, 0);
  EXPECT_DOUBLE_EQ(labels[0].place.y, 10.5);
  EXPECT_DOUBLE_EQ(labels[0].place.x, 20.5);
  EXPECT_DOUBLE_EQ(labels[3].place.x, 40.5);
}

TEST(VipMap, FindsBlocksThatOverlap) {
  // Side by side, corner over corner, and a chain of three.
  const std::vector<simulation::Point> places{{10, 10}, {10, 11}, {30, 30}, {31, 31}, {50, 10}, {50, 11}, {51, 12}};
  const auto labels = read_vip_map(map_of(places, 64)).value();
  ASSERT_EQ(labels.size(), places.size());
  for (std::size_t k = 0; k < places.size(); ++k) {
    EXPECT_EQ(labels[k].vip, static_cast<std::int64_t>(k));
    EXPECT_DOUBLE_EQ(labels[k].place.y, places[k].x + 0.5) << k;
    EXPECT_DOUBLE_EQ(labels[k].place.x, places[k].y + 0.5) << k;
  }
}

// VIPs are farther than 2.089 px from each other: blocks of such places touch at most at their corners.
TEST(VipMap, FindsAllVipsOfRandomMaps) {
  Random random({3, 0, 0, 0, RandomStream::vip});
  for (int repetition = 0; repetition < 300; ++repetition) {
    std::vector<simulation::Point> places;
    for (int trial = 0; trial < 400 && places.size() < 30; ++trial) {
      const simulation::Point place{2 + 40 * random.uniform(), 2 + 40 * random.uniform()};
      bool far = true;
      for (const auto& other : places) far = far && std::hypot(place.x - other.x, place.y - other.y) > 2.089;
      if (far) places.push_back(place);
    }
    const auto labels = read_vip_map(map_of(places, 48)).value();
    ASSERT_EQ(labels.size(), places.size());
    for (std::size_t k = 0; k < places.size(); ++k) {
      EXPECT_EQ(labels[k].vip, static_cast<std::int64_t>(k));
      EXPECT_DOUBLE_EQ(labels[k].place.y, std::floor(places[k].x) + 0.5);
      EXPECT_DOUBLE_EQ(labels[k].place.x, std::floor(places[k].y) + 0.5);
    }
  }
}

TEST(VipMap, IsKnownByItsBlocks) {
  std::vector<simulation::Point> places;
  for (std::size_t i = 0; i < 12; ++i)
    places.push_back({2 + 4.0 * static_cast<double>(i % 4), 3 + 4.0 * static_cast<double>(i / 4)});
  Frame page = map_of(places, 20);
  EXPECT_TRUE(read_vip_map(page).has_value()) << "an eighth of a small field of view is labelled";
  page.type = PixelType::uint16;
  EXPECT_FALSE(read_vip_map(page).has_value());
  Frame white{64, 64, PixelType::uint8, std::vector<float>(64 * 64, 255)};
  EXPECT_TRUE(read_vip_map(white).has_value()) << "a map without any VIP";
  for (std::size_t row = 0; row < 64; ++row)
    for (std::size_t column = 0; column < 64; ++column) {
      const double distance = std::hypot(static_cast<double>(row) - 30.4, static_cast<double>(column) - 20.2);
      white.pixels[row * 64 + column] = std::floor(255 - 190 * static_cast<float>(std::exp(-distance * distance / 4)));
    }
  EXPECT_FALSE(read_vip_map(white).has_value()) << "a dark spot on a white ground";
}

TEST(NearestAssignment, GivesEachPlaceItsOwn) {
  const std::vector<Place> places{{0, 0}, {0, 2}};
  const std::vector<Place> candidates{{0, 1.2}, {9, 9}, {0, 0.9}};
  EXPECT_EQ(nearest_assignment(places, candidates), (std::vector<std::size_t>{2, 0}));
  EXPECT_EQ(nearest_assignment(places, {}), (std::vector<std::size_t>(2, SparseAssignment::none)));
}

}  // namespace
}  // namespace an::tracking
