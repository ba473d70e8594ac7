// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "segmentation/kernel_sums.hpp"
#include "segmentation/product_sums.hpp"

namespace an::segmentation {

/// A series of `samples` frames with `features` numbers each, frame by frame.
struct Series {
  std::vector<double> values;
  std::size_t features = 1;

  std::size_t samples() const { return features == 0 ? 0 : values.size() / features; }
};

/// What a segment is taken to be: constant up to absolute (l1) or squared (l2) deviations, a linear regression of the
/// first feature on the others, normal with a mean and covariance of its own, or constant in the feature space of a
/// Gaussian kernel (rbf).
enum class SegmentModel { l1, l2, linear, normal, rbf };

/// Costs of segments of a series, as the Python package ruptures 1.1.10 defines them (Truong, Oudre, Vayatis 2020,
/// https://doi.org/10.1016/j.sigpro.2019.107299, section 4). Sums of l1, of l2 and of normal with one feature are
/// rounded as numpy rounds them, so that ties fall alike.
class SegmentCost {
 public:
  /// \param gamma of the kernel exp(-gamma d²); where missing, 1 / median of d²
  /// Keeps samples² / 2 numbers for rbf.
  /// \throws std::invalid_argument where there is no sample, a number is not finite, the numbers do not fill the
  /// frames, or `linear` has no regressor
  SegmentCost(Series series, SegmentModel model, std::optional<double> gamma = {});

  std::size_t samples() const { return series_.samples(); }
  /// Frames of the shortest segment that has a cost.
  std::size_t shortest() const;
  /// Of frames [begin, end).
  /// \throws std::invalid_argument where they are fewer than shortest()
  double operator()(std::size_t begin, std::size_t end) const;
  /// Of the segments that end at `ends`, the last of which is samples().
  double sum(std::span<const std::size_t> ends) const;

 private:
  double absolute(std::size_t begin, std::size_t end) const;
  double squared(std::size_t begin, std::size_t end) const;
  double regression(std::size_t begin, std::size_t end) const;
  double normal(std::size_t begin, std::size_t end) const;
  double kernel(std::size_t begin, std::size_t end) const;
  double middle_of(std::size_t feature, std::size_t begin, std::size_t end) const;
  void sort_frames();

  Series series_;
  SegmentModel model_;
  std::vector<std::uint32_t> order_;  // l1: frames by rising value, feature by feature
  ProductSums products_;              // linear
  KernelSums kernel_;                 // rbf
};

}  // namespace an::segmentation
