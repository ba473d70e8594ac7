// SPDX-License-Identifier: MIT
#include "segmentation/population_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace an::segmentation {

namespace {

constexpr int most_rounds = 60;
constexpr double narrowing = 0.6;  // of the deviations at a time

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
      const double belongs = (1 - outliers_) * total / with_outliers(total, i);
      sums.add(0, visits_[i] * belongs, posterior, cells);
    }
    const StatePopulation next = sums.population(0, population);
    const bool has_settled = are_alike(next, population);
    population = next;
    if (has_settled || population.is_fixed()) break;
  }
  // What is narrower than its cells tell little of where it is.
  population.alpha_sd = std::max(population.alpha_sd, narrowing * guess_.alpha_sd);
  population.k_sd = std::max(population.k_sd, narrowing * guess_.k_sd);
  return population;
}

double PopulationLikelihood::with_outliers(double of_population, std::size_t particle) const {
  const std::size_t cells = grid_.cells().size();
  const double* likelihood = likelihoods_.data() + particle * cells;
  const double anywhere = std::accumulate(likelihood, likelihood + cells, 0.0) / static_cast<double>(cells);
  return (1 - outliers_) * of_population + outliers_ * anywhere;
}

double PopulationLikelihood::log_likelihood(const StatePopulation& population) const {
  const std::vector<double> shares = grid_.shares(population);
  double sum = 0;
  for (std::size_t i = 0; i < visits_.size(); ++i) {
    const double* likelihood = likelihoods_.data() + i * shares.size();
    const double total = std::inner_product(shares.begin(), shares.end(), likelihood, 0.0);
    sum += visits_[i] * std::log(std::max(1e-300, with_outliers(total, i)));
  }
  return sum;
}

StatePopulation PopulationLikelihood::expected() const {
  StatePopulation out = guess_;
  if (guess_.is_fixed() || visits_.empty()) return out;
  const auto expect = [&](double StatePopulation::*sd) {
    constexpr int steps = 8;
    const double middle = guess_.*sd;
    std::vector<double> values, logarithms;
    for (int i = -steps; i <= steps; ++i) {
      StatePopulation other = guess_;
      values.push_back(other.*sd = middle * std::exp2(static_cast<double>(i) / steps));
      logarithms.push_back(log_likelihood(other));
    }
    const double greatest = *std::max_element(logarithms.begin(), logarithms.end());
    double sum = 0;
    double total = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double weight = values[i] * std::exp(logarithms[i] - greatest);  // even over deviations
      sum += weight * values[i];
      total += weight;
    }
    out.*sd = sum / total;
  };
  expect(&StatePopulation::alpha_sd);
  expect(&StatePopulation::k_sd);
  return out;
}

}  // namespace an::segmentation
