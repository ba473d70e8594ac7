// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/kernels.hpp"
#include "parallel/overlapped_sum.hpp"

namespace an::app {

/// Gradients of a batch that the ranks share: their mean over the ranks, of which the last layers' begins while the
/// first layers' gradients are still being computed. With one rank there is no more than Executor::backward().
class SharedGradients {
 public:
  SharedGradients(const parallel::Communicator& world, std::size_t parameters);

  /// Runs backward and begins the sums. \param weight of this rank's gradients: that of its targets
  void backward(kernels::Executor& executor, double weight);
  /// Waits for the sums, and leaves in the executor the weighted mean, added in the order of the ranks: the same bits
  /// on all of them.
  void finish(kernels::Executor& executor);

 private:
  bool alone_;
  parallel::OverlappedSum sum_;  // of weighted gradients and, last, the weight
};

}  // namespace an::app
