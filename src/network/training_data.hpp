// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "network/training_group.hpp"

namespace an::network {

/// How a stream of batches is cut, and who makes it.
struct StreamOptions {
  TileShape tile;
  std::size_t tiles = 8;          ///< of a whole batch, each of another experiment
  std::size_t tiles_a_group = 4;  ///< that one experiment gives, to as many batches
  std::size_t spread = 4;         ///< batches from one of these to the next
  std::uint64_t first_batch = 0;
  std::size_t rank = 0, ranks = 1;  ///< this stream gives the share of one of them
  std::size_t threads = 1;          ///< that simulate
  std::size_t ahead = 4;            ///< batches that are made before they are asked for
};

/// \throws ConfigError when no batch can be made of these
void check_stream(const TrainingSet& set, const StreamOptions& options);

/// Batches without end, simulated by threads of its own while the last one is used.
///
/// What batch b holds depends on the training set, its seed and the tiles' shape and numbers only: never on threads,
/// ranks (a batch's tiles are dealt out to them in order), nor on where the stream began.
class TrainingStream {
 public:
  /// \throws ConfigError as check_stream() does
  TrainingStream(TrainingSet set, const StreamOptions& options);

  /// Waits for the next batch and puts this rank's share of it into `batch`.
  /// \throws what went wrong where an experiment of this batch was made; asked again, it throws again
  void next(TrainingTiles& batch);
  /// Number of the batch that next() gives.
  std::uint64_t next_batch() const { return next_batch_; }
  /// Place in a batch of the first tile that is this rank's.
  std::size_t first_slot() const { return slots_.front(); }
  /// Tiles of a batch that are this rank's.
  std::size_t share() const { return slots_.size(); }

 private:
  /// Where a slot of a batch has its tile from.
  struct Source {
    std::uint64_t group;
    std::size_t tile;
    bool last;  // nobody needs the group after it
  };
  struct Group {
    std::optional<TrainingTiles> tiles;
    std::exception_ptr error;
  };

  Source source(std::uint64_t batch, std::size_t slot) const;
  void plan();
  void work(const std::stop_token& stop);
  Group make(std::uint64_t group) const;
  bool is_made(std::uint64_t batch) const;

  TrainingSet set_;
  StreamOptions options_;
  std::vector<std::size_t> slots_;  // of a batch, that are this rank's
  std::uint64_t next_batch_, planned_;
  std::mutex mutex_;  // of all that follows
  std::condition_variable_any wanted_, made_;
  std::deque<std::uint64_t> to_make_;
  std::map<std::uint64_t, Group> groups_;  // planned and not used up
  std::vector<std::jthread> threads_;      // last: they end before the rest does
};

}  // namespace an::network
