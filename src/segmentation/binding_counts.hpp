// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "segmentation/experiment_model.hpp"

namespace an::segmentation {

/// Probability that a free particle whose neighbour is seen at a distance, px, binds to it in a displacement.
double binding_probability(const Binding& binding, double distance, const LocalisationErrors& errors);

/// Free particles' chances to bind, and how often they did, by the distance of their nearest neighbour.
class BindingCounts {
 public:
  static constexpr double bin = 0.1;  // px

  /// \param distances of the nearest neighbour at each displacement
  void add(std::span<const float> distances, const StatePath& path, double weight, std::size_t dimer);
  /// The range within which pairs bind, and the probability a displacement: maximum likelihood.
  Binding estimate(const LocalisationErrors& errors) const;

 private:
  std::array<double, 40> chances_{}, bound_{};
};

}  // namespace an::segmentation
