// SPDX-License-Identifier: MIT
#include "core/pairwise_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace an {
namespace {

// 1/1, 1/3, 1/5, …: sums that show every rounding.
std::vector<double> odd_reciprocals(std::size_t count) {
  std::vector<double> terms;
  for (std::size_t i = 0; i < count; ++i) terms.push_back(1.0 / static_cast<double>(2 * i + 1));
  return terms;
}

// numpy 1.26.4: np.sum(1 / (2 * np.arange(n) + 1.0))
TEST(PairwiseSum, RoundsAsNumpyDoes) {
  EXPECT_EQ(pairwise_sum(odd_reciprocals(7)), 1.9551337551337549);
  EXPECT_EQ(pairwise_sum(odd_reciprocals(129)), 3.4116624671063516);
  EXPECT_EQ(pairwise_sum(odd_reciprocals(1000)), 4.43563267333511);
  EXPECT_EQ(pairwise_sum(odd_reciprocals(80'001)), 6.626652219802915);
}

TEST(PairwiseSum, DoesNotDependOnThePiecesItIsGiven) {
  const auto terms = odd_reciprocals(20'000);
  PairwiseSum sum;
  for (std::size_t begin = 0, piece = 1; begin < terms.size(); begin += piece, piece = piece * 3 % 97 + 1)
    sum.add(std::span(terms).subspan(begin, std::min(piece, terms.size() - begin)));
  EXPECT_EQ(sum.result(), pairwise_sum(terms));
}

TEST(PairwiseSum, DoesNotDependOnWhereItsPartsAreSummed) {
  const auto terms = odd_reciprocals(60'000);
  PairwiseSum sum;
  // Parts within a piece, of several, up to a piece's end, and an empty one.
  const std::vector<std::size_t> bounds{0, 5, 5, 8000, 8192, 30'000, 32'768, 49'152, 49'153, 60'000};
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    const auto part_of = std::span(terms).subspan(bounds[i], bounds[i + 1] - bounds[i]);
    PairwisePart part(bounds[i]);
    for (std::size_t begin = 0; begin < part_of.size(); begin += 777)
      part.add(part_of.subspan(begin, std::min<std::size_t>(777, part_of.size() - begin)));
    EXPECT_LT(part.head.size() + part.sums.size() + part.tail.size(), 2 * PairwiseSum::piece_size);
    sum.add(part);
  }
  EXPECT_EQ(sum.result(), pairwise_sum(terms));
}

TEST(PairwiseSum, OfNothingIsZero) { EXPECT_EQ(pairwise_sum({}), 0); }

}  // namespace
}  // namespace an
