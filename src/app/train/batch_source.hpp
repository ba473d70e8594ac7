// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <future>

#include "network/training_batch.hpp"
#include "network/training_data.hpp"

namespace an::app {

/// Batches that are made ready while the last one is learnt from.
class BatchSource {
 public:
  /// \param masked whether frames without a particle count nothing in the loss
  BatchSource(const network::TrainingSet& set, const network::StreamOptions& options,
              const network::NetworkShape& shape, bool masked)
      : stream_(set, options), seed_(set.seed), shape_(shape), masked_(masked) {
    prepare();
  }
  ~BatchSource() {
    if (next_.valid()) next_.wait();
  }
  /// \throws what making the batch threw
  network::TrainingBatch next() {
    network::TrainingBatch batch = next_.get();
    prepare();
    return batch;
  }

 private:
  void prepare() {
    next_ = std::async(std::launch::async, [this] {
      network::TrainingBatch batch;
      const std::uint64_t number = stream_.next_batch();
      stream_.next(tiles_);
      thin_tiles(tiles_, seed_, number, stream_.first_slot());
      fill_batch(tiles_, shape_, masked_, batch);
      return batch;
    });
  }

  network::TrainingStream stream_;
  std::uint64_t seed_;
  network::NetworkShape shape_;
  bool masked_;
  network::TrainingTiles tiles_;
  std::future<network::TrainingBatch> next_;
};

}  // namespace an::app
