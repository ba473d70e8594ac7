// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace an::segmentation {

/// Squares that the least-squares regression of the first feature on the others leaves of frames with `features`
/// numbers each; none where it is not determined, as numpy's lstsq has it.
double squares_left(std::span<const double> rows, std::size_t features);

/// Sums of the products of features over the frames before each frame: a regression on any segment then costs no walk
/// through its frames.
class ProductSums {
 public:
  ProductSums() = default;
  ProductSums(std::span<const double> rows, std::size_t features);
  /// As squares_left() of frames [begin, end), of which there are more than regressors; nothing where too many digits
  /// would be lost in the differences of sums, or the regressors may depend on each other.
  std::optional<double> squares_left(std::size_t begin, std::size_t end) const;

 private:
  std::size_t features_ = 0;
  std::vector<long double> sums_;  // [frame][pair of features, the lower triangle by rows with the first feature last]
};

}  // namespace an::segmentation
