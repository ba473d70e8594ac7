// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/random.hpp"
#include "parallel/work_list.hpp"

/// What for_each_item would take on any number of ranks, without the ranks.
namespace an::parallel {

/// Items of a work list.
struct ScheduledItems {
  std::vector<double> expected;    ///< costs that decide in which order items are handed out, in any unit
  std::vector<double> seconds;     ///< what each item really takes
  std::vector<std::size_t> after;  ///< as of for_each_item; or empty
};

struct SimulatedSchedule {
  double seconds = 0;  ///< until the last item is done
  double working = 0;  ///< seconds of all items together
  std::size_t ranks = 1;

  double efficiency() const { return seconds > 0 ? working / (static_cast<double>(ranks) * seconds) : 1; }
};

/// Hands the items out as for_each_item does, in simulated time: a rank that is free asks the counter, questions wait
/// for one another there, and an item that comes after another waits for that. \param order of the items, as
/// hand_out_order gives it
SimulatedSchedule simulate_schedule(const ScheduledItems& items, const std::vector<std::size_t>& order,
                                    std::size_t ranks, const CounterCost& counter = {});

/// No schedule is shorter: ranks that are never idle, or the longest item with what has to be done before it.
double shortest_seconds(const ScheduledItems& items, std::size_t ranks);

/// As many items as wanted, drawn from measured ones with replacement; items that come after another are drawn
/// together with that. \param wanted items after which nothing comes
ScheduledItems resampled(const ScheduledItems& measured, std::size_t wanted, Random& random);

/// The items with those that nothing comes after cut into equal pieces of at most this expected cost each.
/// \param most_pieces of an item
ScheduledItems split(const ScheduledItems& items, double most_expected, std::size_t most_pieces);

}  // namespace an::parallel
