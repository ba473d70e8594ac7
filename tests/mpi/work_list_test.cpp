// SPDX-License-Identifier: MIT
#include "parallel/work_list.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include "core/byte_archive.hpp"
#include "mpi_test_main.hpp"

namespace an::parallel {
namespace {

using test::world;
using testing::ElementsAre;

// How often each item was done, over all ranks; the owners returned are the ranks that did them.
std::vector<std::int64_t> times_done(std::span<const double> costs, const std::function<void(std::size_t)>& work = {}) {
  std::vector<std::int64_t> here(costs.size(), 0);
  const std::vector<std::int64_t> owner = for_each_item(world(), costs, [&](std::size_t item) {
    if (work) work(item);
    ++here.at(item);
  });
  EXPECT_EQ(owner.size(), costs.size());
  for (std::size_t item = 0; item < here.size(); ++item)
    EXPECT_EQ(owner[item] == world().rank(), here[item] == 1) << "item " << item << " on rank " << world().rank();
  std::vector<std::int64_t> all(here.size(), 0);
  std::vector<std::int64_t> every_rank;
  for (int rank = 0; rank < world().size(); ++rank) every_rank.push_back(rank);
  const auto pack = [&](std::size_t) {
    ByteWriter writer;
    writer.put(here);
    return writer.take();
  };
  for_each_in_order(world(), every_rank, pack, [&](std::size_t, std::span<const std::byte> bytes) {
    const auto counts = ByteReader(bytes).take_vector<std::int64_t>();
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += counts[i];
  });
  world().max_of_all(all);
  return all;
}

TEST(ForEachItem, ReturnsAtOnceWithoutItems) {
  EXPECT_TRUE(times_done({}).empty());
  // Nothing but the lists themselves keeps ranks in step.
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(for_each_item(world(), {}, [](std::size_t) {}).empty());
}

TEST(ForEachItem, DoesOneItemOnceAndLeavesTheOtherRanksIdle) {
  EXPECT_THAT(times_done(std::vector<double>{2.5}), ElementsAre(1));
}

TEST(ForEachItem, DoesEachOfAThousandItemsOfRandomCostOnce) {
  std::mt19937 random(7);
  std::vector<double> costs(1000);
  for (double& cost : costs) cost = std::uniform_real_distribution(0.0, 100.0)(random);
  const auto work = [&](std::size_t item) {
    std::this_thread::sleep_for(std::chrono::microseconds(static_cast<int>(costs[item])));
  };
  EXPECT_EQ(times_done(costs, work), std::vector<std::int64_t>(1000, 1));
}

TEST(ForEachItem, DoesEachOnceWhereRanksExpectOtherCosts) {
  std::mt19937 random(static_cast<unsigned>(world().rank()));
  std::vector<double> costs(200);
  for (double& cost : costs) cost = std::uniform_real_distribution(0.0, 100.0)(random);
  const auto work = [](std::size_t) { std::this_thread::sleep_for(std::chrono::microseconds(100)); };
  EXPECT_EQ(times_done(costs, work), std::vector<std::int64_t>(200, 1));
}

TEST(ForEachItem, TakesTheCostliestFirstAndTiesByNumber) {
  // On each rank the items come in this order, with gaps where another rank took them.
  const std::vector<double> costs{1, 5, 3, 5, 0, 3};
  const std::vector<std::size_t> order{1, 3, 2, 5, 0, 4};
  std::vector<std::size_t> places;
  for_each_item(world(), costs, [&](std::size_t item) {
    places.push_back(static_cast<std::size_t>(std::find(order.begin(), order.end(), item) - order.begin()));
  });
  // Alone, a process takes the items as they come: their results then lie in order.
  if (world().size() == 1)
    EXPECT_THAT(places, ElementsAre(4, 0, 2, 1, 5, 3));
  else
    EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << testing::PrintToString(places);
}

TEST(ForEachItem, GivesTheRestToTheOthersWhileOneRankIsBusy) {
  if (world().size() == 1) GTEST_SKIP() << "one rank shares with nobody";
  std::vector<double> costs(20, 1.0);
  costs[0] = 100.0;
  std::size_t mine = 0;
  bool had_the_long_one = false;
  for_each_item(world(), costs, [&](std::size_t item) {
    ++mine;
    had_the_long_one = had_the_long_one || item == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(item == 0 ? 400 : 1));
  });
  if (had_the_long_one) {
    EXPECT_EQ(mine, 1U);
  }
}

TEST(ForEachItem, GivesTheRestToTheOthersWhileRootComputes) {
  if (world().size() == 1) GTEST_SKIP() << "one rank shares with nobody";
  std::size_t mine = 0;
  for_each_item(world(), std::vector<double>(20, 1.0), [&](std::size_t) {
    ++mine;
    std::this_thread::sleep_for(std::chrono::milliseconds(world().is_root() ? 1000 : 1));
  });
  if (world().is_root()) {
    EXPECT_LE(mine, 1U);
  }
}

TEST(CounterCost, IsMeasuredWhereThereAreSeveralRanks) {
  const CounterCost cost = measured_counter_cost(world());
  if (world().size() == 1) {
    EXPECT_EQ(cost.answer_seconds, 0);
  } else {
    EXPECT_GT(cost.answer_seconds, 0);
    EXPECT_GT(cost.busy_seconds, 0);
    EXPECT_LT(cost.busy_seconds, 0.05);
  }
}

TEST(ForEachItem, ReportsProgressOnTheRootOnly) {
  std::vector<std::size_t> reported;
  std::vector<double> costs(50, 1.0), shares;
  costs[0] = 51;
  const auto work = [](std::size_t) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
  for_each_item(world(), costs, work, [&](std::size_t taken, double share) {
    reported.push_back(taken);
    shares.push_back(share);
  });
  if (!world().is_root()) {
    EXPECT_TRUE(reported.empty());
    return;
  }
  EXPECT_TRUE(std::is_sorted(reported.begin(), reported.end()));
  // The first has 51 of 100.
  for (std::size_t i = 0; i < reported.size(); ++i)
    EXPECT_DOUBLE_EQ(shares[i], (50.0 + static_cast<double>(reported[i])) / 100);
  if (world().size() == 1) {
    EXPECT_EQ(reported.size(), 50U);
    EXPECT_EQ(reported.back(), 50U);
  }
}

TEST(ForEachItem, DoesItemsThatComeAfterOthersOnceTheseAreDone) {
  // Four items, and six after each of them; the costliest first ones take longest.
  constexpr std::size_t first = 4;
  std::vector<double> costs{1, 4, 2, 3};
  std::vector<std::size_t> after(first, no_item);
  for (std::size_t item = first; item < 7 * first; ++item) {
    costs.push_back(10);
    after.push_back(item % first);
  }
  using Clock = std::chrono::steady_clock;  // of one machine, for all ranks
  std::vector<std::int64_t> begins(costs.size());
  std::vector<std::int64_t> ends(costs.size());
  const auto owner = for_each_item(
      world(), costs,
      [&](std::size_t item) {
        begins[item] = Clock::now().time_since_epoch().count();
        std::this_thread::sleep_for(std::chrono::milliseconds(item < first ? static_cast<int>(20 * costs[item]) : 1));
        ends[item] = Clock::now().time_since_epoch().count();
      },
      {}, after);
  world().max_of_all(begins);
  world().max_of_all(ends);
  EXPECT_EQ(std::count(owner.begin(), owner.end(), -1), 0);
  for (std::size_t item = first; item < costs.size(); ++item) EXPECT_GE(begins[item], ends[after[item]]) << item;
}

TEST(ForEachItem, LeavesTheRestToNobodyOnceARankIsAskedToStop) {
  // The last rank is asked in its third item; the second half of the items comes after the first.
  const std::vector<double> costs(400, 1.0);
  std::vector<std::size_t> after(costs.size(), no_item);
  for (std::size_t item = costs.size() / 2; item < costs.size(); ++item) after[item] = item - costs.size() / 2;
  std::size_t done = 0;
  const auto work = [&](std::size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ++done;
  };
  const auto stop = [&] { return world().rank() == world().size() - 1 && done >= 3; };
  const auto owner = for_each_item(world(), costs, work, {}, after, stop);
  const auto undone = std::count(owner.begin(), owner.end(), -1);
  EXPECT_GT(undone, 0);
  EXPECT_EQ(std::count(owner.begin(), owner.end(), world().rank()), static_cast<std::ptrdiff_t>(done));
  if (world().rank() == world().size() - 1) {
    EXPECT_EQ(done, 3U);
  }
}

TEST(ForEachItem, NeedsNoMpiInOneProcess) {
  std::vector<std::size_t> items;
  const std::vector<double> costs{1, 2, 3};
  const auto owner = for_each_item(Communicator(), costs, [&](std::size_t item) { items.push_back(item); });
  EXPECT_THAT(items, ElementsAre(0, 1, 2));
  EXPECT_THAT(owner, ElementsAre(0, 0, 0));
}

// Sums of terms of very different size show the order they were added in.
TEST(ForEachInOrder, GivesTheSameSumForAnyNumberOfRanks) {
  const std::vector<double> costs(500, 1.0);
  std::vector<double> values(costs.size(), 0);
  const auto owner = for_each_item(
      world(), costs, [&](std::size_t item) { values[item] = std::pow(-1.7, static_cast<double>(item % 60)); });
  double sum = 0;
  std::size_t next = 0;
  const auto pack = [&](std::size_t item) {
    ByteWriter writer;
    writer.put(values[item]);
    return writer.take();
  };
  for_each_in_order(world(), owner, pack, [&](std::size_t item, std::span<const std::byte> bytes) {
    EXPECT_EQ(item, next++);
    sum += ByteReader(bytes).take<double>();
  });
  if (!world().is_root()) return;
  double expected = 0;
  for (std::size_t item = 0; item < costs.size(); ++item) expected += std::pow(-1.7, static_cast<double>(item % 60));
  EXPECT_EQ(sum, expected);
  EXPECT_EQ(next, costs.size());
}

TEST(ForEachInOrder, PassesOverItemsOfNobodyAndMovesLargeOnes) {
  const std::int64_t last = world().size() - 1;
  const std::vector<std::int64_t> owner{last, -1, 0, last};
  constexpr std::size_t large = 50'000'000;
  std::vector<std::size_t> sizes;
  for_each_in_order(
      world(), owner, [](std::size_t item) { return std::vector<std::byte>(item == 3 ? large : item); },
      [&](std::size_t, std::span<const std::byte> bytes) { sizes.push_back(bytes.size()); });
  if (world().is_root()) {
    EXPECT_THAT(sizes, ElementsAre(0, 2, large));
  }
}

TEST(FallingBlocks, HoldHalfOfARanksShareOfWhatIsLeft) {
  EXPECT_THAT(falling_blocks({}, 2), ElementsAre(0));
  EXPECT_THAT(falling_blocks(std::vector<double>(1, 5.0), 3), ElementsAre(0, 1));
  EXPECT_THAT(falling_blocks(std::vector<double>(16, 1.0), 2), ElementsAre(0, 4, 7, 9, 10, 11, 12, 13, 14, 15, 16));
  // One item that costs more than all others is a block.
  EXPECT_THAT(falling_blocks(std::vector<double>{100, 1, 1, 1, 1, 1, 1, 1, 1}, 1), ElementsAre(0, 1, 5, 7, 8, 9));
  // Without any expected cost, all is half of nothing.
  EXPECT_THAT(falling_blocks(std::vector<double>(8, 0.0), 2), ElementsAre(0, 8));
}

// Items whose results tell which they are, whose owners come in no order, brought to runs of them.
void expect_runs(std::span<const std::int64_t> owner, std::span<const std::size_t> bounds, std::size_t numbers) {
  std::vector<ItemRun> runs;  // the last rank has the first one
  for (std::size_t rank = bounds.size() - 1; rank-- > 0;) runs.push_back({bounds[rank], bounds[rank + 1]});
  std::vector<std::size_t> came, expected;
  bring_to_runs(
      world(), owner, runs,
      [&](std::size_t item) {
        EXPECT_EQ(owner[item], world().rank());
        ByteWriter writer;
        writer.put(std::vector<std::size_t>(numbers + item, item));
        return writer.take();
      },
      [&](std::size_t item, std::span<const std::byte> bytes) {
        EXPECT_EQ(ByteReader(bytes).take_vector<std::size_t>(), std::vector<std::size_t>(numbers + item, item));
        came.push_back(item);
      });
  const ItemRun& mine = runs[static_cast<std::size_t>(world().rank())];
  for (std::size_t item = mine.begin; item < mine.end; ++item)
    if (owner[item] >= 0 && owner[item] != world().rank()) expected.push_back(item);
  EXPECT_EQ(came, expected);
}

TEST(BringToRuns, BringsEachItemToTheRankOfItsRun) {
  const auto size = static_cast<std::size_t>(world().size());
  constexpr std::size_t items = 97;
  std::mt19937 random(11);
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int64_t> owner(items);
    for (std::int64_t& rank : owner) rank = static_cast<std::int64_t>(random() % (size + 1)) - 1;
    std::vector<std::size_t> bounds(size + 1);
    for (std::size_t& bound : bounds) bound = random() % (items + 1);
    std::sort(bounds.begin(), bounds.end());
    expect_runs(owner, bounds, static_cast<std::size_t>(i) * 500);
  }
}

TEST(BringToRuns, TakesEmptyRunsAndOneRanksItems) {
  const auto size = static_cast<std::size_t>(world().size());
  expect_runs({}, std::vector<std::size_t>(size + 1, 0), 0);
  std::vector<std::size_t> all_to_the_last(size + 1, 0);
  all_to_the_last.back() = 6;
  expect_runs(std::vector<std::int64_t>(6, 0), all_to_the_last, 1'000'000);
}

}  // namespace
}  // namespace an::parallel

AN_MPI_TEST_MAIN()
