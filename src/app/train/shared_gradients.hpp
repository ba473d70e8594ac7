// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/kernels.hpp"
#include "parallel/overlapped_sum.hpp"

namespace an::app {

/// Gradients and loss of a batch that the ranks share: their mean over the ranks, of which the last layers' begins
/// while the first layers' gradients are still being computed. With one rank there is no more than
/// Executor::backward().
class SharedGradients {
 public:
  SharedGradients(const parallel::Communicator& world, std::size_t parameters);

  /// Runs backward and begins the sums. \param loss of this rank's tiles \param weight of its gradients and loss: that
  /// of its targets
  void backward(kernels::Executor& executor, double loss, double weight);
  /// Waits for the sums, and leaves in the executor the weighted mean, added in the order of the ranks: the same bits
  /// on all of them. \returns the losses' weighted mean
  double finish(kernels::Executor& executor);

 private:
  bool alone_;
  double loss_ = 0;              // of this rank
  parallel::OverlappedSum sum_;  // of weighted gradients and, last, the weighted loss and the weight
};

}  // namespace an::app
