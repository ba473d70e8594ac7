// SPDX-License-Identifier: MIT
#include "app/item_work.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

double ItemOutcome::working_seconds(std::size_t first, std::size_t end) const {
  double sum = 0;
  for (std::size_t item = first; item < end; ++item) sum += std::max(0.0, seconds[item]);
  return sum;
}

ItemOutcome do_items(const parallel::Communicator& world, Progress& progress, std::span<const double> costs,
                     const ItemWork& work) {
  std::vector<std::int64_t> bytes(costs.size()), failed(costs.size()), nanoseconds(costs.size(), -1);
  std::vector<std::string> words(costs.size());
  progress.start(work.what, work.unit, costs.size());
  const auto do_item = [&](std::size_t item) {
    if (work.is_done(item)) return;
    try {
      const double start = steady_seconds();
      bytes[item] = static_cast<std::int64_t>(work.make(item));
      nanoseconds[item] = std::llround(1e9 * (steady_seconds() - start));
    } catch (const OutputError&) {
      throw;
    } catch (const Error& error) {
      failed[item] = 1;
      words[item] = error.what();
    }
  };
  ItemOutcome outcome;
  outcome.expected.assign(costs.begin(), costs.end());
  outcome.after = work.after;
  outcome.owner = parallel::for_each_item(
      world, costs, do_item, [&](std::size_t taken) { progress.update(taken); }, work.after);
  progress.finish();
  world.max_of_all(bytes);
  world.max_of_all(failed);
  world.max_of_all(nanoseconds);
  for (const std::int64_t ns : nanoseconds) outcome.seconds.push_back(ns < 0 ? -1 : 1e-9 * static_cast<double>(ns));
  std::vector<std::int64_t> owner_of_failed = outcome.owner;
  for (std::size_t item = 0; item < failed.size(); ++item)
    (failed[item] == 0 ? owner_of_failed : outcome.owner)[item] = -1;
  outcome.bytes = static_cast<std::uint64_t>(std::accumulate(bytes.begin(), bytes.end(), std::int64_t{0}));
  parallel::for_each_in_order(
      world, owner_of_failed,
      [&](std::size_t item) {
        const auto* begin = reinterpret_cast<const std::byte*>(words[item].data());
        return std::vector<std::byte>(begin, begin + words[item].size());
      },
      [&](std::size_t, std::span<const std::byte> text) {
        outcome.failures.emplace_back(reinterpret_cast<const char*>(text.data()), text.size());
      });
  // Every rank has to know how it ended; the words are root's.
  outcome.failures.resize(static_cast<std::size_t>(std::count(failed.begin(), failed.end(), 1)));
  return outcome;
}

}  // namespace an::app
