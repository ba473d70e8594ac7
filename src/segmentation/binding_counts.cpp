// SPDX-License-Identifier: MIT
#include "segmentation/binding_counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace an::segmentation {

double binding_probability(const Binding& binding, double distance, const LocalisationErrors& errors) {
  const double z = (binding.range - distance) / errors.difference;
  return std::clamp(binding.probability * 0.5 * std::erfc(-z / std::numbers::sqrt2), 1e-3, 0.95);
}

void BindingCounts::add(std::span<const float> distances, const StatePath& path, double weight, std::size_t dimer) {
  for (std::size_t s = 0; s < path.size(); ++s) {
    if (path[s].state == dimer) continue;
    const bool binds = s + 1 < path.size() && path[s + 1].state == dimer;
    for (std::size_t t = path[s].begin + 1; t < path[s].end + (binds ? 1 : 0); ++t) {
      const double place = static_cast<double>(distances[t]) / bin;
      if (!(place < static_cast<double>(chances_.size()))) continue;
      chances_[static_cast<std::size_t>(place)] += weight;
      if (t == path[s].end) bound_[static_cast<std::size_t>(place)] += weight;
    }
  }
}

Binding BindingCounts::estimate(const LocalisationErrors& errors) const {
  Binding best{3, 0.1};
  double greatest = -std::numeric_limits<double>::infinity();
  for (int r = 3; r <= 30; ++r)
    for (int p = 10; p <= 19; ++p) {  // a pair tosses twice: rarely less than one half
      const Binding binding{0.1 * r, 0.05 * p};
      double sum = 0;
      for (std::size_t i = 0; i < chances_.size(); ++i) {
        const double q = binding_probability(binding, (static_cast<double>(i) + 0.5) * bin, errors);
        sum += bound_[i] * std::log(q) + (chances_[i] - bound_[i]) * std::log(1 - q);
      }
      if (sum > greatest) {
        greatest = sum;
        best = binding;
      }
    }
  return best;
}

}  // namespace an::segmentation
