// SPDX-License-Identifier: MIT
#include "parallel/work_list.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>
#include <utility>

#include "core/byte_archive.hpp"
#include "core/error.hpp"
#include "parallel/shared_numbers.hpp"

namespace an::parallel {

namespace {

// The order in which items are taken: by root's costs, for a shared file system may show other ranks other sizes of
// files.
std::vector<std::size_t> order_of(const Communicator& ranks, std::span<const double> costs,
                                  std::span<const std::size_t> after) {
  if (ranks.size() > 1) {
    std::vector<std::size_t> order;
    if (ranks.is_root()) order = hand_out_order(costs, after);
    ranks.broadcast(order);
    AN_ASSERT(order.size() == costs.size());
    return order;
  }
  // Alone, items are done in order: their results then lie in order, too.
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

// The share of all costs that the first item in order has, the first two, and so on; where nothing costs anything, of
// all items.
std::vector<double> shares_of_first(std::span<const std::size_t> order, std::span<const double> costs) {
  std::vector<double> sums;
  for (const std::size_t item : order) sums.push_back((sums.empty() ? 0 : sums.back()) + costs[item]);
  const double all = sums.empty() ? 0 : sums.back();
  for (std::size_t i = 0; i < sums.size(); ++i)
    sums[i] = all > 0 ? sums[i] / all : static_cast<double>(i + 1) / static_cast<double>(sums.size());
  return sums;
}

}  // namespace

std::vector<std::size_t> hand_out_order(std::span<const double> costs, std::span<const std::size_t> after) {
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  if (after.empty()) return order;
  std::vector<std::size_t> turn(costs.size());
  for (std::size_t i = 0; i < order.size(); ++i) turn[order[i]] = i + 1;
  const auto turn_of_first = [&](std::size_t item) { return after[item] == no_item ? 0 : turn[after[item]]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return turn_of_first(a) < turn_of_first(b); });
  return order;
}

std::vector<std::size_t> falling_blocks(std::span<const double> costs, int ranks) {
  std::vector<double> left(costs.size() + 1);  // from each item on
  for (std::size_t item = costs.size(); item-- > 0;) left[item] = left[item + 1] + costs[item];
  std::vector<std::size_t> bounds{0};
  while (bounds.back() < costs.size()) {
    const double most = left[bounds.back()] / (2.0 * ranks);
    std::size_t end = bounds.back();
    double block = costs[end++];
    while (end < costs.size() && block + costs[end] <= most) block += costs[end++];
    bounds.push_back(end);
  }
  return bounds;
}

std::vector<std::int64_t> for_each_item(const Communicator& ranks, std::span<const double> costs,
                                        const std::function<void(std::size_t item)>& work,
                                        const std::function<void(std::size_t taken, double share)>& progress,
                                        std::span<const std::size_t> after, const std::function<bool()>& stop) {
  const std::vector<std::size_t> order = order_of(ranks, costs, after);
  std::vector<double> shares;
  if (progress && ranks.is_root()) shares = shares_of_first(order, costs);
  std::vector<std::int64_t> owner(costs.size(), -1);
  // How many items have been taken; then whether each is done, where others come after it.
  SharedNumbers numbers(ranks, 1 + after.size());
  const auto stops = [&] { return stop && stop(); };
  const auto take = [&] {
    // Who is asked to stop takes all that is left, so that nobody else does.
    if (stops()) numbers.add(0, static_cast<std::int64_t>(order.size()));
    return static_cast<std::size_t>(numbers.add(0, 1));
  };
  // Every item that others wait for and that was taken will be done, so this ends. Returns whether it is done.
  const auto wait_for = [&](std::size_t item) {
    while (numbers.add(1 + item, 0) == 0) {
      if (stops()) return false;
      std::this_thread::sleep_for(look_again);
    }
    return true;
  };
  for (std::size_t taken = take(); taken < order.size(); taken = take()) {
    const std::size_t item = order[taken];
    if (!after.empty() && after[item] != no_item && !wait_for(after[item])) continue;
    work(item);
    owner[item] = ranks.rank();
    if (!after.empty() && after[item] == no_item) numbers.add(1 + item, 1);
    if (progress && ranks.is_root()) progress(taken + 1, shares[taken]);
  }
  numbers.close();
  ranks.max_of_all(owner);
  return owner;
}

CounterCost measured_counter_cost(const Communicator& ranks) {
  if (ranks.size() == 1) return {};
  constexpr std::size_t rounds = 8;
  constexpr int questions = 250, at_once = 50;
  SharedNumbers numbers(ranks, 3);  // questions; rounds begun by the last rank alone; ranks that have ended a round
  const auto nanoseconds_a_question = [&](int burst) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < questions; i += burst) numbers.add_ones(0, burst);
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    return std::llround(time.count() / questions);
  };
  // A barrier would call MPI while root's answering thread does.
  const auto wait_for = [&](std::size_t place, std::int64_t value) {
    while (numbers.add(place, 0) < value) std::this_thread::sleep_for(look_again);
  };
  std::array<std::int64_t, 2 * rounds> nanoseconds{};
  for (std::size_t round = 0; round < rounds; ++round) {
    if (ranks.rank() == ranks.size() - 1) {
      nanoseconds.at(2 * round) = nanoseconds_a_question(1);
      numbers.add(1, 1);
    }
    wait_for(1, static_cast<std::int64_t>(round) + 1);
    nanoseconds.at(2 * round + 1) = nanoseconds_a_question(at_once);
    numbers.add(2, 1);
    wait_for(2, static_cast<std::int64_t>(round + 1) * ranks.size());
  }
  numbers.close();
  ranks.max_of_all(nanoseconds);
  const int asking = numbers.asking_ranks();
  CounterCost least{1e-9 * static_cast<double>(nanoseconds[0]), 1e-9 * static_cast<double>(nanoseconds[1]) / asking};
  for (std::size_t i = 0; i < nanoseconds.size(); i += 2) {
    least.answer_seconds = std::min(least.answer_seconds, 1e-9 * static_cast<double>(nanoseconds[i]));
    least.busy_seconds = std::min(least.busy_seconds, 1e-9 * static_cast<double>(nanoseconds[i + 1]) / asking);
  }
  return least;
}

void for_each_in_order(const Communicator& ranks, std::span<const std::int64_t> owner,
                       const std::function<std::vector<std::byte>(std::size_t item)>& produce,
                       const std::function<void(std::size_t item, std::span<const std::byte> bytes)>& consume) {
  SentMessage last;  // goes its way while the next is packed
  for (std::size_t item = 0; item < owner.size(); ++item) {
    if (owner[item] < 0) continue;
    const int from = static_cast<int>(owner[item]);
    if (ranks.is_root()) {
      consume(item, from == 0 ? produce(item) : ranks.receive(from));
    } else if (from == ranks.rank()) {
      std::vector<std::byte> bytes = produce(item);
      last.wait();
      last = ranks.begin_to_send(std::move(bytes), 0);
    }
  }
  last.wait();
}

void bring_to_runs(const Communicator& ranks, std::span<const std::int64_t> owner, std::span<const ItemRun> runs,
                   const std::function<std::vector<std::byte>(std::size_t item)>& produce,
                   const std::function<void(std::size_t item, std::span<const std::byte> bytes)>& consume) {
  const int size = ranks.size();
  AN_ASSERT(runs.size() == static_cast<std::size_t>(size));
  for (const ItemRun& run : runs) AN_ASSERT(run.begin <= run.end && run.end <= owner.size());
  // Calls `use` for the items that rank `from` has of those that rank `to` needs.
  const auto for_each_between = [&](int from, int to, const auto& use) {
    const ItemRun& run = runs[static_cast<std::size_t>(to)];
    for (std::size_t item = run.begin; item < run.end; ++item)
      if (owner[item] == from) use(item);
  };
  std::vector<std::vector<std::byte>> received(static_cast<std::size_t>(size));
  for (int step = 1; step < size; ++step) {
    const int to = (ranks.rank() + step) % size;
    const int from = (ranks.rank() + size - step) % size;
    ByteWriter writer;
    for_each_between(ranks.rank(), to, [&](std::size_t item) { writer.put(produce(item)); });
    std::vector<std::byte> bytes = writer.take();
    SentMessage sent;
    if (!bytes.empty()) sent = ranks.begin_to_send(std::move(bytes), to);
    bool any = false;
    for_each_between(from, ranks.rank(), [&](std::size_t) { any = true; });
    if (any) received[static_cast<std::size_t>(from)] = ranks.receive(from);
    sent.wait();
  }
  std::vector<ByteReader> readers(received.begin(), received.end());
  const ItemRun& mine = runs[static_cast<std::size_t>(ranks.rank())];
  for (std::size_t item = mine.begin; item < mine.end; ++item) {
    if (owner[item] < 0 || owner[item] == ranks.rank()) continue;
    consume(item, readers[static_cast<std::size_t>(owner[item])].take_bytes());
  }
}

}  // namespace an::parallel
