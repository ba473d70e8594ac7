// SPDX-License-Identifier: MIT
#include "parallel/work_list.hpp"

#include <algorithm>
#include <numeric>

#include "parallel/mpi_call.hpp"

namespace an::parallel {

namespace {

// A counter all ranks draw numbers from, without any rank waiting for another.
class SharedCounter {
 public:
  explicit SharedCounter(const Communicator& ranks) : uses_mpi_(ranks.uses_mpi()) {
    if (!uses_mpi_) return;
    const MPI_Aint size = ranks.is_root() ? sizeof(std::int64_t) : 0;
    std::int64_t* memory = nullptr;
    check(MPI_Win_allocate(size, sizeof(std::int64_t), MPI_INFO_NULL, MPI_COMM_WORLD, static_cast<void*>(&memory),
                           &window_),
          "MPI_Win_allocate");
    check(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
    if (ranks.is_root()) {
      const std::int64_t zero = 0;
      check(MPI_Accumulate(&zero, 1, MPI_INT64_T, 0, 0, 1, MPI_INT64_T, MPI_REPLACE, window_), "MPI_Accumulate");
      check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    }
    ranks.barrier();
  }
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;

  std::size_t next() {
    if (!uses_mpi_) return static_cast<std::size_t>(local_++);
    const std::int64_t one = 1;
    std::int64_t drawn = 0;
    check(MPI_Fetch_and_op(&one, &drawn, MPI_INT64_T, 0, 0, MPI_SUM, window_), "MPI_Fetch_and_op");
    check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    return static_cast<std::size_t>(drawn);
  }

  /// Collective; not in the destructor, where a failing rank would wait for the others.
  void close() {
    if (!uses_mpi_) return;
    check(MPI_Win_unlock_all(window_), "MPI_Win_unlock_all");
    check(MPI_Win_free(&window_), "MPI_Win_free");
  }

 private:
  bool uses_mpi_;
  std::int64_t local_ = 0;
  MPI_Win window_ = MPI_WIN_NULL;
};

}  // namespace

std::vector<std::int64_t> for_each_item(const Communicator& ranks, std::span<const double> costs,
                                        const std::function<void(std::size_t item)>& work,
                                        const std::function<void(std::size_t taken)>& progress) {
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Alone, items are done in order: their results then lie in order, too.
  if (ranks.size() > 1)
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  std::vector<std::int64_t> owner(costs.size(), -1);
  SharedCounter counter(ranks);
  for (std::size_t taken = counter.next(); taken < order.size(); taken = counter.next()) {
    work(order[taken]);
    owner[order[taken]] = ranks.rank();
    if (progress && ranks.is_root()) progress(taken + 1);
  }
  counter.close();
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
