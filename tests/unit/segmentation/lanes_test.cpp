// SPDX-License-Identifier: MIT
// Built twice: with the compiler's vector types, and with plain arrays as on a GPU.
#include "kernels/lanes.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace an::kernels {
namespace {

TEST(Lanes, Exp) {
  for (float x = -86.0F; x <= 0; x += 0.37F) {
    const float found = exp_of_negative(all_lanes(x))[3];
    EXPECT_NEAR(found / std::exp(static_cast<double>(x)), 1, 2e-7 - 1e-7 * static_cast<double>(x)) << x;
  }
  EXPECT_EQ(exp_of_negative(all_lanes(0))[0], 1.0F);
}

TEST(Lanes, Log) {
  for (double power = -37; power < 37; power += 0.13) {
    const auto x = static_cast<float>(std::pow(10.0, power));
    const double expected = std::log(static_cast<double>(x));
    EXPECT_NEAR(log_of_positive(all_lanes(x))[5], expected, 2e-7 * std::max(1.0, std::abs(expected))) << x;
  }
  EXPECT_EQ(log_of_positive(all_lanes(1))[0], 0.0F);
}

TEST(Lanes, SumsByHalves) {
  float values[lane_count];
  for (std::size_t i = 0; i < lane_count; ++i) values[i] = 1.0F / static_cast<float>(i + 1);
  const Lanes lanes = load(values);
  for (std::size_t half = lane_count / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) values[i] += values[i + half];
  EXPECT_EQ(sum_of(lanes), values[0]);
  EXPECT_EQ(greatest_of(lanes), 1.0F);
  for (std::size_t k = 0; k < lane_count; ++k) {
    Lanes one = all_lanes(1);
    one[k] = 3;
    EXPECT_EQ(greatest_of(one), 3.0F) << k;
    one[k] = -2;
    EXPECT_EQ(least_of(one), -2.0F) << k;
  }
}

TEST(Lanes, ManySumsAreThoseOfEach) {
  Lanes lanes[lane_count];
  float value = 1;
  for (Lanes& one : lanes)
    for (std::size_t i = 0; i < lane_count; ++i) one[i] = value = 1 / (value + 0.37F);
  const Lanes sums = sums_of(lanes);
  for (std::size_t k = 0; k < lane_count; ++k) EXPECT_EQ(sums[k], sum_of(lanes[k])) << k;
}

}  // namespace
}  // namespace an::kernels
