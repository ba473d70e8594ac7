// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/items/progress.hpp"
#include "app/items/run_ledger.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// What ItemWork::make throws of an item that has nothing to write, which is no failure. The ledger does not hold it: a
/// later run finds that out again.
class NothingToWrite : public Error {
 public:
  using Error::Error;
};

/// How items are done.
struct ItemWork {
  std::string what, unit;                          ///< for the progress: `simulating`, `fields of view`
  std::function<ItemFiles(std::size_t)> files;     ///< of an item; without outputs it is done always
  std::function<std::uint64_t(std::size_t)> make;  ///< makes an item; returns bytes written
  std::vector<std::size_t> after{};                ///< which item has to be done before each: see for_each_item
  bool all_again = false;                          ///< also items that are done
};

/// What there is to say of some items.
struct ItemNote {
  std::string words;               ///< `3 of 7 videos had other inputs and were done again`
  std::vector<std::string> names;  ///< of these items, where they are to be named
};

struct ItemOutcome {
  std::uint64_t bytes = 0;
  std::vector<std::string> failures;  ///< in words on root, empty words elsewhere; in the order of the items
  std::vector<std::string> nothing;   ///< on root, in words: items that had nothing to write
  std::vector<ItemNote> notes;        ///< on root: what an earlier run had left; empty on a first run
  std::vector<std::int64_t> owner;    ///< rank that has done each item, on every rank; -1 where it failed
  std::size_t done_before = 0;        ///< items that an earlier run had done
  bool stopped = false;               ///< some items were left undone, as was asked for; root has said so
  std::vector<double> seconds;        ///< that each item took, on every rank; -1 where it was done already or failed
  std::vector<double> expected;       ///< costs that they were handed out by
  std::vector<std::size_t> after;     ///< as of ItemWork

  /// Seconds of all items together, or of those from `first` on and before `end`.
  double working_seconds() const { return working_seconds(0, seconds.size()); }
  double working_seconds(std::size_t first, std::size_t end) const;
};

/// Does the items that the ledger does not hold, on all ranks, until they are done or stop_is_asked. An item that
/// throws is recorded and the others go on; but a file that cannot be written, or a back end that is missing or
/// fails, ends it all. Collective.
ItemOutcome do_items(const parallel::Communicator& world, Progress& progress, RunLedger& ledger,
                     std::span<const double> costs, const ItemWork& work);

/// The same for items whose results stay in memory: their files are not asked for.
ItemOutcome do_items(const parallel::Communicator& world, Progress& progress, std::span<const double> costs,
                     const ItemWork& work);

/// Says on stderr, as errors, what failed first and how much else did; with `--verbose` all of it.
void print_failures(const std::vector<std::string>& failures, const RunConfig& config);

/// The words of a note and the names of its first items, at most so many.
std::string note_text(const ItemNote& note, std::size_t most_names);

/// Says the notes on stderr with the names of the first items, of all with `--verbose`; nothing with `--quiet`.
void print_notes(const std::vector<ItemNote>& notes, const RunConfig& config);

/// Says on stderr that the run stopped, and how to go on. \param cause as stop_asked_of_any tells it \param done `3 of
/// 7 fields of view are done`
void print_stopped(const std::string& cause, const std::string& done);

}  // namespace an::app
