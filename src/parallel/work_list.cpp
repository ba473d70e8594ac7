// SPDX-License-Identifier: MIT
#include "parallel/work_list.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <utility>

#include "parallel/mpi_call.hpp"

namespace an::parallel {

namespace {

// Numbers on root that all ranks read and change without any rank waiting for another.
class SharedNumbers {
 public:
  SharedNumbers(const Communicator& ranks, std::size_t count) : uses_mpi_(ranks.uses_mpi()) {
    if (!uses_mpi_) {
      local_.resize(count);
      return;
    }
    const MPI_Aint size = ranks.is_root() ? static_cast<MPI_Aint>(count * sizeof(std::int64_t)) : 0;
    std::int64_t* memory = nullptr;
    check(MPI_Win_allocate(size, sizeof(std::int64_t), MPI_INFO_NULL, MPI_COMM_WORLD, static_cast<void*>(&memory),
                           &window_),
          "MPI_Win_allocate");
    check(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
    if (ranks.is_root()) {
      const std::vector<std::int64_t> zeros(count);
      const int length = static_cast<int>(count);
      check(MPI_Accumulate(zeros.data(), length, MPI_INT64_T, 0, 0, length, MPI_INT64_T, MPI_REPLACE, window_),
            "MPI_Accumulate");
      check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    }
    ranks.barrier();
  }
  SharedNumbers(const SharedNumbers&) = delete;
  SharedNumbers& operator=(const SharedNumbers&) = delete;

  /// Adds to a number. \returns what it was before
  std::int64_t add(std::size_t place, std::int64_t term) {
    if (!uses_mpi_) return std::exchange(local_[place], local_[place] + term);
    std::int64_t before = 0;
    check(MPI_Fetch_and_op(&term, &before, MPI_INT64_T, 0, static_cast<MPI_Aint>(place), MPI_SUM, window_),
          "MPI_Fetch_and_op");
    check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    return before;
  }

  /// Collective; not in the destructor, where a failing rank would wait for the others.
  void close() {
    if (!uses_mpi_) return;
    check(MPI_Win_unlock_all(window_), "MPI_Win_unlock_all");
    check(MPI_Win_free(&window_), "MPI_Win_free");
  }

 private:
  bool uses_mpi_;
  std::vector<std::int64_t> local_;
  MPI_Win window_ = MPI_WIN_NULL;
};

// The order in which items are handed out.
std::vector<std::size_t> order_of(const Communicator& ranks, std::span<const double> costs,
                                  std::span<const std::size_t> after) {
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Alone, items are done in order: their results then lie in order, too.
  if (ranks.size() == 1) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  if (after.empty()) return order;
  std::vector<std::size_t> turn(costs.size());
  for (std::size_t i = 0; i < order.size(); ++i) turn[order[i]] = i + 1;
  const auto turn_of_first = [&](std::size_t item) { return after[item] == no_item ? 0 : turn[after[item]]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return turn_of_first(a) < turn_of_first(b); });
  return order;
}

}  // namespace

std::vector<std::int64_t> for_each_item(const Communicator& ranks, std::span<const double> costs,
                                        const std::function<void(std::size_t item)>& work,
                                        const std::function<void(std::size_t taken)>& progress,
                                        std::span<const std::size_t> after, const std::function<bool()>& stop) {
  const std::vector<std::size_t> order = order_of(ranks, costs, after);
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
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  };
  for (std::size_t taken = take(); taken < order.size(); taken = take()) {
    const std::size_t item = order[taken];
    if (!after.empty() && after[item] != no_item && !wait_for(after[item])) continue;
    work(item);
    owner[item] = ranks.rank();
    if (!after.empty() && after[item] == no_item) numbers.add(1 + item, 1);
    if (progress && ranks.is_root()) progress(taken + 1);
  }
  numbers.close();
  ranks.max_of_all(owner);
  return owner;
}

void for_each_in_order(const Communicator& ranks, std::span<const std::int64_t> owner,
                       const std::function<std::vector<std::byte>(std::size_t item)>& produce,
                       const std::function<void(std::size_t item, std::span<const std::byte> bytes)>& consume) {
  for (std::size_t item = 0; item < owner.size(); ++item) {
    if (owner[item] < 0) continue;
    const int from = static_cast<int>(owner[item]);
    if (ranks.is_root())
      consume(item, from == 0 ? produce(item) : ranks.receive(from));
    else if (from == ranks.rank())
      ranks.send(produce(item), 0);
  }
}

}  // namespace an::parallel
