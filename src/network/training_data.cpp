// SPDX-License-Identifier: MIT
#include "network/training_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"

namespace an::network {

void check_stream(const TrainingSet& set, const StreamOptions& options) {
  if (set.specs.empty()) throw ConfigError("training: no experiments to learn from");
  if (set.frames > options.tile.frames)
    throw ConfigError(
        fmt::format("training: experiments of {} frames in tiles of {}", set.frames, options.tile.frames));
  if (options.tile.rows == 0 || options.tiles == 0 || options.tiles_a_group == 0 || options.spread == 0)
    throw ConfigError("training: rows, tiles, tiles of an experiment and their spread must be at least 1");
  if (options.threads == 0 || options.ahead == 0)
    throw ConfigError("training: threads and the batches made ahead must be at least 1");
  if (options.rank >= options.ranks || options.ranks > options.tiles)
    throw ConfigError(fmt::format("training: rank {} of {} with batches of {} tiles (expected at least one tile each)",
                                  options.rank, options.ranks, options.tiles));
}

TrainingStream::TrainingStream(TrainingSet set, const StreamOptions& options)
    : set_(std::move(set)), options_(options), next_batch_(options.first_batch), planned_(options.first_batch) {
  check_stream(set_, options_);
  const std::size_t begin = options_.tiles * options_.rank / options_.ranks;
  const std::size_t end = options_.tiles * (options_.rank + 1) / options_.ranks;
  for (std::size_t slot = begin; slot < end; ++slot) slots_.push_back(slot);
  plan();
  for (std::size_t i = 0; i < options_.threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

// Each slot takes its tiles from `spread` experiments in turn, until they are used up; slots begin at different places
// of that round, so that every batch needs about as many new experiments.
TrainingStream::Source TrainingStream::source(std::uint64_t batch, std::size_t slot) const {
  const std::size_t round = options_.spread * options_.tiles_a_group;
  const std::uint64_t place = batch + slot * round / options_.tiles;
  const auto in_round = static_cast<std::size_t>(place % round);
  const std::uint64_t of_slot = place / round * options_.spread + in_round % options_.spread;
  const std::size_t tile = in_round / options_.spread;
  return {of_slot * options_.tiles + slot, tile, tile + 1 == options_.tiles_a_group};
}

// Experiments of the batches up to `ahead` from the next one on, in the order in which they are needed.
void TrainingStream::plan() {
  for (; planned_ < next_batch_ + options_.ahead; ++planned_)
    for (const std::size_t slot : slots_) {
      const std::uint64_t group = source(planned_, slot).group;
      if (groups_.try_emplace(group).second) to_make_.push_back(group);
    }
}

TrainingStream::Group TrainingStream::make(std::uint64_t group) const {
  Group made;
  try {
    made.tiles = make_tiles(draw_group(set_, group, options_.tiles_a_group * options_.tile.rows), options_.tile);
  } catch (...) {
    made.error = std::current_exception();
  }
  return made;
}

void TrainingStream::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wanted_.wait(lock, stop, [this] { return !to_make_.empty(); })) {
    if (stop.stop_requested()) return;
    const std::uint64_t group = to_make_.front();
    to_make_.pop_front();
    lock.unlock();
    Group made = make(group);
    lock.lock();
    groups_.at(group) = std::move(made);
    made_.notify_all();
  }
}

bool TrainingStream::is_made(std::uint64_t batch) const {
  return std::all_of(slots_.begin(), slots_.end(), [&](std::size_t slot) {
    const Group& group = groups_.at(source(batch, slot).group);
    return group.tiles || group.error;
  });
}

void TrainingStream::next(TrainingTiles& batch) {
  std::unique_lock lock(mutex_);
  made_.wait(lock, [this] { return is_made(next_batch_); });
  for (const std::size_t slot : slots_)
    if (const Group& group = groups_.at(source(next_batch_, slot).group); group.error)
      std::rethrow_exception(group.error);
  if (batch.tiles != share() || !(batch.shape == options_.tile)) batch = TrainingTiles(share(), options_.tile);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Source from = source(next_batch_, slots_[i]);
    batch.copy(i, *groups_.at(from.group).tiles, from.tile);
    if (from.last) groups_.erase(from.group);
  }
  ++next_batch_;
  plan();
  wanted_.notify_all();
}

}  // namespace an::network
