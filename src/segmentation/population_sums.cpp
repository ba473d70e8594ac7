// SPDX-License-Identifier: MIT
#include "segmentation/population_sums.hpp"

#include <algorithm>
#include <tuple>

namespace an::segmentation {

namespace {

// So many imagined particles of a usual spread keep the variances of rare states from collapsing.
constexpr double imagined = 2;
constexpr double usual_alpha_sd = 0.05;
constexpr double usual_k_spread = 0.1;  // of the mean

void add_to(std::vector<double>& sums, const std::vector<double>& terms, double share) {
  std::transform(sums.begin(), sums.end(), terms.begin(), sums.begin(),
                 [&](double sum, double term) { return sum + share * term; });
}

}  // namespace

void PopulationSums::add(const PathSamples& samples, const CellTable& cells) {
  for (std::size_t s = 0; s < states(); ++s)
    for (const ParameterDraw& draw : samples.draws(s)) add(s, draw.probability, draw.posterior, cells.cells(s));
}

void PopulationSums::add(std::size_t state, double visits, std::span<const double> posterior,
                         std::span<const Cell> cells) {
  weight[state] += visits;
  for (std::size_t c = 0; c < posterior.size(); ++c) {
    const double share = visits * posterior[c];
    alpha[state] += share * cells[c].alpha;
    alpha2[state] += share * cells[c].alpha * cells[c].alpha;
    k[state] += share * cells[c].k;
    k2[state] += share * cells[c].k * cells[c].k;
  }
}

void PopulationSums::add(const PopulationSums& other, double particles, double of_frames) {
  add_to(weight, other.weight, particles);
  add_to(alpha, other.alpha, particles);
  add_to(alpha2, other.alpha2, particles);
  add_to(k, other.k, particles);
  add_to(k2, other.k2, particles);
  add_to(frames, other.frames, of_frames);
}

StatePopulation PopulationSums::population(std::size_t state, const StatePopulation& before) const {
  const double particles = weight[state];
  if (before.immobile || before.stray || particles < 0.5) return before;
  const auto variance = [&](double square, double mean, double usual) {
    return (particles * std::max(0.0, square / particles - mean * mean) + imagined * usual * usual) /
           (particles + imagined);
  };
  const double mean_alpha = alpha[state] / particles;
  const double mean_k = k[state] / particles;
  StatePopulation out;
  out.broad = before.broad;
  std::tie(out.alpha_mean, out.alpha_sd) =
      fit_cut_normal({mean_alpha, variance(alpha2[state], mean_alpha, usual_alpha_sd)}, alpha_bounds, 0.008);
  std::tie(out.k_mean, out.k_sd) = fit_cut_normal({mean_k, variance(k2[state], mean_k, usual_k_spread * mean_k)},
                                                  k_bounds, std::max(1e-5, 0.01 * mean_k));
  return out;
}

}  // namespace an::segmentation
