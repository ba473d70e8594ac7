// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace an::segmentation {

/// Sums of the kernel exp(-gamma d²) over the pairs of frames of each segment, as ruptures has it: gamma d² is taken
/// between 0.01 and 100. Keeps samples² / 2 numbers.
class KernelSums {
 public:
  KernelSums() = default;
  /// \param gamma where missing, 1 / median of d²
  KernelSums(std::span<const double> rows, std::size_t features, std::optional<double> gamma);
  /// Over the pairs of different frames of [begin, end).
  double between(std::size_t begin, std::size_t end) const {
    return end - begin < 2 ? 0 : sums_.get()[first_of(end - begin - 1) + begin];
  }

 private:
  // Place of the first segment whose first and last frame are `lag` frames apart.
  std::size_t first_of(std::size_t lag) const { return (lag - 1) * samples_ - lag * (lag - 1) / 2; }

  std::size_t samples_ = 0;
  // By the lag between a segment's first and last frame, then by its first frame.
  std::shared_ptr<const double[]> sums_;
};

}  // namespace an::segmentation
