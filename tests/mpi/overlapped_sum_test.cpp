// SPDX-License-Identifier: MIT
#include "parallel/overlapped_sum.hpp"

#include <bit>
#include <chrono>
#include <cmath>
#include <thread>

#include "mpi_test_main.hpp"

namespace an::parallel {
namespace {

using test::world;

TEST(Buckets, CoverEveryElementOnceFromTheEndToTheBeginning) {
  EXPECT_THAT(buckets_from_the_end(0, 3), testing::IsEmpty());
  EXPECT_THAT(buckets_from_the_end(3, 3), testing::ElementsAre(Bucket{0, 3}));
  EXPECT_THAT(buckets_from_the_end(8, 3), testing::ElementsAre(Bucket{5, 8}, Bucket{2, 5}, Bucket{0, 2}));
}

// Rounding makes another order give another sum.
float term(int rank, std::size_t i, int round) {
  return std::ldexp(rank % 2 == 0 ? 1.1F : -1.1F, 24 - 8 * rank) + static_cast<float>(i) * 0.7F +
         static_cast<float>(round);
}

std::vector<std::uint32_t> bits(std::span<const float> values) {
  std::vector<std::uint32_t> found;
  for (const float x : values) found.push_back(std::bit_cast<std::uint32_t>(x));
  return found;
}

std::vector<float> plain_sum(std::size_t size, int round) {
  std::vector<float> values;
  for (std::size_t i = 0; i < size; ++i) values.push_back(term(world().rank(), i, round));
  world().sum_in_rank_order(values);
  return values;
}

// Terms come into being `step` at a time; before, there is nothing that may be sent.
void compute(OverlappedSum& sum, std::size_t from, std::size_t end, std::size_t step, int round) {
  const std::span<float> values = sum.values();
  while (end > from) {
    const std::size_t first = end - std::min(step, end - from);
    for (std::size_t i = first; i < end; ++i) values[i] = term(world().rank(), i, round);
    sum.begin_from(first);
    end = first;
  }
}

TEST(OverlappedSum, IsThePlainSumToTheBit) {
  const auto rank = static_cast<std::size_t>(world().rank());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{250}, std::size_t{70'001}})
    for (const std::size_t bucket : {std::size_t{2}, std::size_t{64}, OverlappedSum::usual_bucket}) {
      if (size > 1000 * bucket) continue;
      OverlappedSum sum(world(), size, bucket);
      for (int round = 0; round < 3; ++round) {
        std::ranges::fill(sum.values(), NAN);
        compute(sum, 0, size, 1 + size / (2 + 3 * rank), round);  // each rank in steps of its own
        sum.finish();
        EXPECT_EQ(bits(sum.values()), bits(plain_sum(size, round))) << size << " in buckets of " << bucket;
      }
    }
}

TEST(OverlappedSum, WaitsForARankThatIsLate) {
  for (int late = 0; late < world().size(); ++late) {
    OverlappedSum sum(world(), 1000, 64);
    if (world().rank() == late) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    compute(sum, 0, 1000, 50, late);
    sum.finish();
    EXPECT_EQ(bits(sum.values()), bits(plain_sum(1000, late)));
  }
}

TEST(OverlappedSum, IsThereAtTheEndWhileTheBeginningIsNot) {
  if (world().size() == 1) GTEST_SKIP() << "one rank has nothing to sum";
  const std::vector<float> expected = plain_sum(100, 0);
  OverlappedSum sum(world(), 100, 10);
  std::ranges::fill(sum.values(), NAN);
  EXPECT_EQ(sum.summed_from(), 100U);
  compute(sum, 45, 100, 7, 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (sum.summed_from() > 50 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
    sum.begin_from(45);
  }
  EXPECT_EQ(sum.summed_from(), 50U);  // 45 to 50 are part of a bucket
  EXPECT_EQ(bits(sum.values().subspan(50)), bits(std::span(expected).subspan(50)));
  compute(sum, 0, 45, 7, 0);
  sum.finish();
  EXPECT_EQ(bits(sum.values()), bits(expected));
}

TEST(OverlappedSum, NeedsNoMpiInOneProcess) {
  OverlappedSum sum(Communicator(), 3);
  std::ranges::fill(sum.values(), 2.0F);
  sum.begin_from(0);
  sum.finish();
  EXPECT_THAT(sum.values(), testing::ElementsAre(2, 2, 2));
}

}  // namespace
}  // namespace an::parallel

AN_MPI_TEST_MAIN()
