// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/error.hpp"
#include "mpi_test_main.hpp"

namespace an::parallel {
namespace {

using test::world;

// Bytes that tell who wrote them.
std::vector<std::byte> message_of(int rank, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::byte>((i * 31 + static_cast<std::size_t>(rank)) & 255U);
  return bytes;
}

TEST(Messages, RootsBytesAndWordsReachEveryRank) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'003}}) {
    std::vector<std::byte> bytes = message_of(world().rank(), world().is_root() ? size : 7);
    world().broadcast(bytes);
    EXPECT_EQ(bytes, message_of(0, size));
  }
  std::string text = world().is_root() ? "root's words" : "another rank's";
  world().broadcast(text);
  EXPECT_EQ(text, "root's words");
}

TEST(Messages, GoThereAndBackWhole) {
  constexpr std::size_t size = 70'001;
  if (!world().is_root()) {
    std::vector<std::byte> bytes = world().receive(0);
    EXPECT_EQ(bytes, message_of(world().rank(), size));
    std::reverse(bytes.begin(), bytes.end());
    world().send(bytes, 0);
    return;
  }
  for (int rank = 1; rank < world().size(); ++rank) world().send(message_of(rank, size), rank);
  for (int rank = 1; rank < world().size(); ++rank) {
    std::vector<std::byte> bytes = world().receive(rank);
    std::reverse(bytes.begin(), bytes.end());
    EXPECT_EQ(bytes, message_of(rank, size));
  }
}

TEST(Messages, ThatAreBegunArriveWholeAndInOrder) {
  constexpr std::size_t messages = 20, size = 300'001;  // more than goes without a receiver
  if (!world().is_root()) {
    SentMessage last;
    for (std::size_t i = 0; i < messages; ++i) last = world().begin_to_send(message_of(world().rank(), size + i), 0);
    last.wait();
    last.wait();  // which changes nothing
    world().barrier();
    return;
  }
  SentMessage unsent;
  unsent.wait();
  for (int rank = world().size() - 1; rank > 0; --rank)
    for (std::size_t i = 0; i < messages; ++i) EXPECT_EQ(world().receive(rank), message_of(rank, size + i));
  world().barrier();
}

TEST(Messages, SumsAreAddedInTheOrderOfTheRanks) {
  // Rounding makes another order give another sum.
  const auto value = [](int rank, std::size_t i) {
    return std::ldexp(rank % 2 == 0 ? 1.1F : -1.1F, 24 - 8 * rank) + static_cast<float>(i);
  };
  std::vector<float> values, expected;
  for (std::size_t i = 0; i < 5; ++i) {
    values.push_back(value(world().rank(), i));
    expected.push_back(value(0, i));
    for (int rank = 1; rank < world().size(); ++rank) expected.back() += value(rank, i);
  }
  world().sum_in_rank_order(values);
  EXPECT_EQ(values, expected);
}

TEST(Messages, LargestValueIsEveryRanks) {
  std::array<std::int64_t, 2> values{world().rank(), -world().rank()};
  world().max_of_all(values);
  EXPECT_THAT(values, testing::ElementsAre(world().size() - 1, 0));
}

TEST(Messages, AFailedCallIsNamed) {
  const std::vector<std::byte> bytes = message_of(0, 3);
  try {
    world().send(bytes, world().size());  // there is no such rank
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("MPI_Send failed: "));
  }
}

}  // namespace
}  // namespace an::parallel

AN_MPI_TEST_MAIN()
