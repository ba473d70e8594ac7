// SPDX-License-Identifier: MIT
// Simulated schedules against the work list itself, with items that sleep.
#include "parallel/schedule_simulator.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "mpi_test_main.hpp"

namespace an::parallel {
namespace {

using test::world;

using Clock = std::chrono::steady_clock;

std::int64_t nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

struct Seconds {
  double real, simulated;
};

// Seconds from a common start until the last rank has ended, and those of a schedule of what the items really took: a
// busy machine lets them sleep longer. The same on every rank.
Seconds seconds_of(const ScheduledItems& items) {
  std::vector<std::int64_t> taken(items.seconds.size());
  world().barrier();
  const auto start = Clock::now();
  for_each_item(
      world(), items.expected,
      [&](std::size_t item) {
        const auto begin = Clock::now();
        std::this_thread::sleep_for(std::chrono::duration<double>(items.seconds[item]));
        taken[item] = nanoseconds_since(begin);
      },
      {}, items.after);
  std::array<std::int64_t, 1> longest{nanoseconds_since(start)};
  world().max_of_all(longest);
  world().max_of_all(taken);
  ScheduledItems real = items;
  std::transform(taken.begin(), taken.end(), real.seconds.begin(),
                 [](std::int64_t ns) { return 1e-9 * static_cast<double>(ns); });
  const auto order = hand_out_order(items.expected, items.after);
  return {1e-9 * static_cast<double>(longest[0]),
          simulate_schedule(real, order, static_cast<std::size_t>(world().size())).seconds};
}

// A busy machine delays ranks between items, too, never hastens them: the best of a few runs counts.
void expect_predicted(const ScheduledItems& items) {
  const auto is_near = [](const Seconds& s) { return s.real <= 1.15 * s.simulated + 0.05; };
  Seconds best = seconds_of(items);
  for (int run = 1; run < 12 && !is_near(best); ++run) {
    const Seconds again = seconds_of(items);
    if (again.real - again.simulated < best.real - best.simulated) best = again;
  }
  EXPECT_GE(best.real, 0.98 * best.simulated);
  EXPECT_TRUE(is_near(best)) << best.real << " s, simulated " << best.simulated << " s";
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
