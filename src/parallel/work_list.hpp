// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "parallel/communicator.hpp"

namespace an::parallel {

/// Stands for no item.
inline constexpr std::size_t no_item = static_cast<std::size_t>(-1);

/// The order in which items are handed out: the most expensive first, ties by number; items that come after others
/// last, in the order of those. \param costs, after as of for_each_item
std::vector<std::size_t> hand_out_order(std::span<const double> costs, std::span<const std::size_t> after = {});

/// Cuts items into blocks of neighbours, each with the next 1/(2 ranks) of the cost that is left, or of one item
/// (guided self-scheduling: Polychronopoulos and Kuck, IEEE Trans. Comput. C-36, 1425 (1987)). Where blocks are handed
/// out instead of items, most neighbours stay together on a rank, and yet all ranks end together. \return where each
/// block begins; last, the number of items
std::vector<std::size_t> falling_blocks(std::span<const double> costs, int ranks);

/// Hands out items to the ranks as these become free, the most expensive first (to a rank alone: by number); no rank
/// only manages. Collective.
/// \param costs expected cost of each item, in any unit; those of root are used
/// \param work does one item; called on the rank that has taken it. An exception leaves the others waiting: abort then.
/// \param progress on root, after each of its items: how many items all ranks have taken so far, and what share of all
/// costs these have
/// \param after the item that has to be done before each, itself after none and of a smaller number; no_item where
/// there is none; or empty. Items that come after others are handed out last, in the order of those.
/// \param stop whether this rank is asked to stop; once one is, all finish the items in hand and nobody takes another
/// \returns which rank did each item, on every rank; -1 for those that were not done because of a stop
std::vector<std::int64_t> for_each_item(const Communicator& ranks, std::span<const double> costs,
                                        const std::function<void(std::size_t item)>& work,
                                        const std::function<void(std::size_t taken, double share)>& progress = {},
                                        std::span<const std::size_t> after = {},
                                        const std::function<bool()>& stop = {});

/// What it costs to ask for the next item.
struct CounterCost {
  double answer_seconds = 0;  ///< until a rank that asks alone has its number
  double busy_seconds = 0;    ///< of each question, where all ranks ask at once
};

/// Measures it, with a counter like that of for_each_item: the least of a few rounds, for other work only slows them.
/// Collective; nothing where there is one rank.
CounterCost measured_counter_cost(const Communicator& ranks);

/// Brings the items' results to root in the order of the items, whichever rank has them: sums over these come out the
/// same for any number of ranks. Collective. \param owner which rank has each item; items of a negative owner are
/// passed over \param produce packs an item's result, on its owner \param consume takes it, on root
void for_each_in_order(const Communicator& ranks, std::span<const std::int64_t> owner,
                       const std::function<std::vector<std::byte>(std::size_t item)>& produce,
                       const std::function<void(std::size_t item, std::span<const std::byte> bytes)>& consume);

/// Neighbouring items: from `begin` on, before `end`.
struct ItemRun {
  std::size_t begin = 0, end = 0;
};

/// Brings to each rank the results of a run of neighbouring items, of those that other ranks have. Collective.
/// \param owner which rank has each item; items of a negative owner are passed over \param runs of each rank
/// \param produce packs an item's result, on its owner \param consume takes those of this rank's run, in order
void bring_to_runs(const Communicator& ranks, std::span<const std::int64_t> owner, std::span<const ItemRun> runs,
                   const std::function<std::vector<std::byte>(std::size_t item)>& produce,
                   const std::function<void(std::size_t item, std::span<const std::byte> bytes)>& consume);

}  // namespace an::parallel
