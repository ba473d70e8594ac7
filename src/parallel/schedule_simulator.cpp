// SPDX-License-Identifier: MIT
#include "parallel/schedule_simulator.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>

#include "core/error.hpp"

namespace an::parallel {

namespace {

std::size_t first_of(const ScheduledItems& items, std::size_t item) {
  return items.after.empty() ? no_item : items.after[item];
}

std::vector<bool> has_followers(const ScheduledItems& items) {
  std::vector<bool> followed(items.seconds.size());
  for (const std::size_t first : items.after)
    if (first != no_item) followed[first] = true;
  return followed;
}

// The counter on root: answers one question after another.
class Counter {
 public:
  explicit Counter(const CounterCost& cost) : cost_(cost) {}

  // When a question asked at a time is answered. \pre questions come in the order of time
  double answered(double asked) {
    const double begin = std::max(asked + cost_.answer_seconds / 2, free_at_);
    free_at_ = begin + cost_.busy_seconds;
    return begin + cost_.answer_seconds / 2;
  }

 private:
  CounterCost cost_;
  double free_at_ = 0;
};

}  // namespace

SimulatedSchedule simulate_schedule(const ScheduledItems& items, const std::vector<std::size_t>& order,
                                    std::size_t ranks, const CounterCost& counter) {
  AN_ASSERT(ranks > 0);
  AN_ASSERT(order.size() == items.seconds.size());
  Counter questions(counter);
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (std::size_t rank = 0; rank < ranks; ++rank) free_at.push(0);
  std::vector<double> done(items.seconds.size());
  SimulatedSchedule schedule;
  schedule.ranks = ranks;
  for (const std::size_t item : order) {
    double begin = questions.answered(free_at.top());
    free_at.pop();
    if (const std::size_t first = first_of(items, item); first != no_item) {
      // It asks whether the first one is done, and again after a sleep; at worst all ranks ask.
      const double asks = counter.answer_seconds;
      const double late =
          std::chrono::duration<double>(look_again).count() + static_cast<double>(ranks) * counter.busy_seconds;
      begin = done[first] <= begin ? begin + asks : done[first] + (asks > 0 ? late + asks : 0);
    }
    done[item] = begin + items.seconds[item];
    free_at.push(done[item]);
    schedule.working += items.seconds[item];
    schedule.seconds = std::max(schedule.seconds, done[item]);
  }
  return schedule;
}

double shortest_seconds(const ScheduledItems& items, std::size_t ranks) {
  const double working = std::accumulate(items.seconds.begin(), items.seconds.end(), 0.0);
  double longest = 0;
  for (std::size_t item = 0; item < items.seconds.size(); ++item) {
    const std::size_t first = first_of(items, item);
    longest = std::max(longest, items.seconds[item] + (first == no_item ? 0 : items.seconds[first]));
  }
  return std::max(longest, working / static_cast<double>(ranks));
}

ScheduledItems resampled(const ScheduledItems& measured, std::size_t wanted, Random& random) {
  // Each head with its followers.
  std::vector<std::vector<std::size_t>> blocks(measured.seconds.size());
  std::vector<std::size_t> heads;
  for (std::size_t item = 0; item < measured.seconds.size(); ++item) {
    const std::size_t first = first_of(measured, item);
    if (first == no_item)
      heads.push_back(item);
    else
      blocks[first].push_back(item);
  }
  const std::vector<bool> followed = has_followers(measured);
  // Where some items follow others, one that nobody follows is a head whose followers were not measured.
  if (std::find(followed.begin(), followed.end(), true) != followed.end())
    std::erase_if(heads, [&](std::size_t head) { return !followed[head]; });
  AN_ASSERT(!heads.empty());
  ScheduledItems drawn;
  const auto put = [&](std::size_t item, std::size_t after) {
    drawn.expected.push_back(measured.expected[item]);
    drawn.seconds.push_back(measured.seconds[item]);
    if (!measured.after.empty()) drawn.after.push_back(after);
  };
  for (std::size_t ends = 0; ends < wanted;) {
    const std::size_t head = heads[random.below(static_cast<std::uint32_t>(heads.size()))];
    const std::size_t place = drawn.seconds.size();
    put(head, no_item);
    if (!followed[head]) ++ends;
    for (std::size_t i = 0; i < blocks[head].size() && ends < wanted; ++i, ++ends) put(blocks[head][i], place);
  }
  return drawn;
}

ScheduledItems split(const ScheduledItems& items, double most_expected, std::size_t most_pieces) {
  const std::vector<bool> followed = has_followers(items);
  ScheduledItems pieces;
  std::vector<std::size_t> place(items.seconds.size());
  for (std::size_t item = 0; item < items.seconds.size(); ++item) {
    place[item] = pieces.seconds.size();
    const double wanted = most_expected > 0 ? std::ceil(items.expected[item] / most_expected) : 1;
    const double count = followed[item] ? 1 : std::clamp(wanted, 1.0, static_cast<double>(most_pieces));
    const std::size_t first = first_of(items, item);
    for (std::size_t piece = 0; piece < static_cast<std::size_t>(count); ++piece) {
      pieces.expected.push_back(items.expected[item] / count);
      pieces.seconds.push_back(items.seconds[item] / count);
      if (!items.after.empty()) pieces.after.push_back(first == no_item ? no_item : place[first]);
    }
  }
  return pieces;
}

}  // namespace an::parallel
