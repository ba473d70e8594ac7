// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/progress.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// How items are done.
struct ItemWork {
  std::string what, unit;                          ///< for the progress: `simulating`, `fields of view`
  std::function<bool(std::size_t)> is_done;        ///< whether an item needs nothing any more
  std::function<std::uint64_t(std::size_t)> make;  ///< makes an item; returns bytes written
  std::vector<std::size_t> after{};                ///< which item has to be done before each: see for_each_item
};

struct ItemOutcome {
  std::uint64_t bytes = 0;
  std::vector<std::string> failures;  ///< in words on root, empty words elsewhere; in the order of the items
  std::vector<std::int64_t> owner;    ///< rank that has done each item, on every rank; -1 where it failed
  std::vector<double> seconds;        ///< that each item took, on every rank; -1 where it was done already or failed
  std::vector<double> expected;       ///< costs that they were handed out by
  std::vector<std::size_t> after;     ///< as of ItemWork

  /// Seconds of all items together, or of those from `first` on and before `end`.
  double working_seconds() const { return working_seconds(0, seconds.size()); }
  double working_seconds(std::size_t first, std::size_t end) const;
};

/// Does the items on all ranks. An item that throws an Error is recorded and the others go on; but a file that cannot
/// be written ends it all. Collective.
ItemOutcome do_items(const parallel::Communicator& world, Progress& progress, std::span<const double> costs,
                     const ItemWork& work);

}  // namespace an::app
