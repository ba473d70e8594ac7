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

std::pair<double, double> PopulationLikelihood::expected_deviations() const {
  if (guess_.is_fixed() || visits_.empty()) return {guess_.alpha_sd, guess_.k_sd};
  // Root of the expected variance among deviations in proportion, with even steps between the least and the most.
  const auto expected = [&](double StatePopulation::*sd, double least, double most, const auto& prior) {
    constexpr int steps = 16;
    std::vector<double> values, logarithms;
    for (int i = 0; i <= steps; ++i) {
      StatePopulation other = guess_;
      values.push_back(other.*sd = least * std::pow(most / least, static_cast<double>(i) / steps));
      logarithms.push_back(log_likelihood(other));
    }
    const double greatest = *std::max_element(logarithms.begin(), logarithms.end());
    double sum = 0;
    double total = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double weight = prior(values[i]) * values[i] * std::exp(logarithms[i] - greatest);
      sum += weight * values[i] * values[i];
      total += weight;
    }
    return std::sqrt(sum / total);
  };
  constexpr double least_alpha = 0.015;
  constexpr double usual_alpha = 0.1;
  return {expected(&StatePopulation::alpha_sd, std::min(least_alpha, guess_.alpha_sd / 2), 1.2 * guess_.alpha_sd,
                   [](double sd) { return sd * std::exp(-sd / usual_alpha); }),
          expected(&StatePopulation::k_sd, guess_.k_sd / 2, guess_.k_sd * 2, [](double) { return 1; })};
}

}  // namespace an::segmentation
