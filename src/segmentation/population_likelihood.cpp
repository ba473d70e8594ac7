// SPDX-License-Identifier: MIT
#include "segmentation/population_likelihood.hpp"

#include <cmath>
#include <cstddef>

namespace an::segmentation {

namespace {

constexpr int most_rounds = 60;

bool are_alike(const StatePopulation& a, const StatePopulation& b) {
  const auto near = [](double x, double y, double scale) { return std::abs(x - y) < 1e-3 * scale; };
  return near(a.alpha_mean, b.alpha_mean, b.alpha_sd) && near(a.alpha_sd, b.alpha_sd, b.alpha_sd) &&
         near(a.k_mean, b.k_mean, b.k_sd) && near(a.k_sd, b.k_sd, b.k_sd);
}

}  // namespace

void PopulationLikelihood::add(double visits, std::span<const double> posterior) {
  if (!(visits > 0)) return;
  visits_.push_back(visits);
  const std::vector<Cell>& cells = grid_.cells();
  for (std::size_t c = 0; c < cells.size(); ++c) likelihoods_.push_back(posterior[c] / cells[c].share);
}

StatePopulation PopulationLikelihood::maximum() const {
  const std::vector<Cell>& cells = grid_.cells();
  StatePopulation population = guess_;
  std::vector<double> posterior(cells.size());
  for (int round = 0; round < most_rounds; ++round) {
    const std::vector<double> shares = grid_.shares(population);
    PopulationSums sums(1);
    for (std::size_t i = 0; i < visits_.size(); ++i) {
      const double* likelihood = likelihoods_.data() + i * cells.size();
      double total = 0;
      for (std::size_t c = 0; c < cells.size(); ++c) total += posterior[c] = shares[c] * likelihood[c];
      if (!(total > 0)) continue;
      for (double& value : posterior) value /= total;
      sums.add(0, visits_[i], posterior, cells);
    }
    const StatePopulation next = sums.population(0, population);
    const bool has_settled = are_alike(next, population);
    population = next;
    if (has_settled || population.immobile || population.broad) break;
  }
  return population;
}

}  // namespace an::segmentation
