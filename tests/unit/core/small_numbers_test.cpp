// SPDX-License-Identifier: MIT
#include "core/small_numbers.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace an {
namespace {

// The processor's, not the compiler's.
float product(float a, float b) {
  const volatile float first = a, second = b;
  return first * second;
}

constexpr float least = std::numeric_limits<float>::min();

TEST(SmallNumbersAreZeros, AsLongAsItLives) {
  EXPECT_GT(product(least, 0.5F), 0);
#if defined(__SSE2__)
  {
    const SmallNumbersAreZeros guard;
    EXPECT_EQ(product(least, 0.5F), 0);                                         // a result
    EXPECT_EQ(product(std::numeric_limits<float>::denorm_min(), 0x1p100F), 0);  // an operand
    EXPECT_EQ(product(2 * least, 0.5F), least);
    { const SmallNumbersAreZeros inner; }
    EXPECT_EQ(product(least, 0.5F), 0);
  }
#endif
  EXPECT_GT(product(least, 0.5F), 0);
  EXPECT_GT(product(std::numeric_limits<float>::denorm_min(), 0x1p100F), 0);
}

}  // namespace
}  // namespace an
