// SPDX-License-Identifier: MIT
// Simulated schedules against the work list itself, with items that sleep.
#include "parallel/schedule_simulator.hpp"

#include <chrono>
#include <cmath>
#include <thread>

#include "mpi_test_main.hpp"

namespace an::parallel {
namespace {

using test::world;

// Seconds from a common start until the last rank has ended; items begin and end on every rank alike.
double real_seconds(const ScheduledItems& items) {
  using Clock = std::chrono::steady_clock;
  world().barrier();
  const auto start = Clock::now();
  for_each_item(
      world(), items.expected,
      [&](std::size_t item) { std::this_thread::sleep_for(std::chrono::duration<double>(items.seconds[item])); }, {},
      items.after);
  std::array<std::int64_t, 1> longest{
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count()};
  world().max_of_all(longest);
  return 1e-6 * static_cast<double>(longest[0]);
}

// A busy machine delays ranks now and then, never hastens them: the shortest of a few runs counts.
void expect_predicted(const ScheduledItems& items) {
  const double expected =
      simulate_schedule(items, hand_out_order(items.expected, items.after), static_cast<std::size_t>(world().size()))
          .seconds;
  const double longest = 1.15 * expected + 0.05;
  double shortest = INFINITY;
  for (int run = 0; run < 12 && shortest > longest; ++run) shortest = std::min(shortest, real_seconds(items));
  EXPECT_GE(shortest, 0.98 * expected);
  EXPECT_LE(shortest, longest);
}

TEST(SimulatedSchedule, IsThatOfTheWorkListForItemsOfManyLengths) {
  ScheduledItems items;
  for (int i = 0; i < 24; ++i) {
    items.expected.push_back(1 + i % 5);
    items.seconds.push_back(0.004 * (1 + (7 * i) % 11));
  }
  expect_predicted(items);
}

TEST(SimulatedSchedule, IsThatOfTheWorkListForAnUnexpectedlyLongItem) {
  ScheduledItems items{std::vector<double>(16, 1), std::vector<double>(16, 0.01), {}};
  items.expected[9] = 0.1;
  items.seconds[9] = 0.2;
  expect_predicted(items);
}

TEST(SimulatedSchedule, IsThatOfTheWorkListForItemsAfterOthers) {
  ScheduledItems items;
  for (const double fit : {0.1, 0.02, 0.05}) {
    items.expected.push_back(fit);
    items.seconds.push_back(fit);
    items.after.push_back(no_item);
  }
  for (std::size_t i = 0; i < 9; ++i) {
    items.expected.push_back(0.01);
    items.seconds.push_back(i % 2 == 0 ? 0.02 : 0.01);
    items.after.push_back(i / 3);
  }
  expect_predicted(items);
}

}  // namespace
}  // namespace an::parallel

AN_MPI_TEST_MAIN()
