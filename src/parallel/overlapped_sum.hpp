// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "parallel/communicator.hpp"

namespace an::parallel {

/// Elements of an array that are sent together: from `first` to before `end`.
struct Bucket {
  std::size_t first = 0, end = 0;
  bool operator==(const Bucket&) const = default;
};

/// Buckets of at most `largest` elements that cover an array, from its end to its beginning.
/// \pre largest > 0
std::vector<Bucket> buckets_from_the_end(std::size_t size, std::size_t largest);

/// Sums of every element of an array over the ranks, to the bit those of Communicator::sum_in_rank_order, which begin
/// while the array is still being computed, from its end to its beginning. Each rank adds its share of every bucket.
/// All ranks make it with the same sizes, and finish what they begin.
class OverlappedSum {
 public:
  static constexpr std::size_t usual_bucket = std::size_t{1} << 16;  // 256 KiB

  OverlappedSum(const Communicator& world, std::size_t size, std::size_t largest_bucket = usual_bucket);
  /// Where a sum is under way, since an exception ends this rank, its memory is not given back: MPI still uses it.
  ~OverlappedSum();
  OverlappedSum(const OverlappedSum&) = delete;
  OverlappedSum& operator=(const OverlappedSum&) = delete;

  /// This rank's terms, to be written before begin_from() is told of them; the sums after finish().
  std::span<float> values();
  /// The terms from `first` on are there: buckets that are whole set off, and those under way are moved on, all without
  /// waiting. Called with the same `first` again it does the latter alone.
  void begin_from(std::size_t first);
  /// Begins what has not begun, and waits for all sums. Another sum may follow.
  void finish();
  /// From where on the sums have come to this rank; the size of the array where none has.
  std::size_t summed_from() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace an::parallel
