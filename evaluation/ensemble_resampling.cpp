// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_resampling.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/pairwise_sum.hpp"
#include "evaluation/ensemble_metrics.hpp"
#include "evaluation/truncated_normal.hpp"

namespace an::evaluation {

namespace {

constexpr std::size_t grid_size = 1'000'000;
constexpr std::size_t thinning = 100;

EnsembleLabels with_weights_of(std::span<const EnsembleLabels> fovs, std::span<const std::size_t> drawn) {
  EnsembleLabels labels = fovs.front();
  labels.weight.assign(labels.states(), 0);
  for (const std::size_t fov : drawn)
    for (std::size_t state = 0; state < labels.states(); ++state) labels.weight[state] += fovs[fov].weight[state];
  return labels;
}

// Cumulative sums of a density on the scoring grid, at every `thinning`-th point.
std::vector<double> thinned_cumulative(std::span<const double> x, const std::vector<Mode>& modes, Bounds bounds) {
  std::vector<double> density(x.size(), 0);
  add_mixture_density(x, modes, bounds, density);
  std::vector<double> cumulative;
  double sum = 0;
  for (std::size_t i = 0; i < density.size(); ++i) {
    sum += density[i];
    if ((i + 1) % thinning == 0) cumulative.push_back(sum);
  }
  return cumulative;
}

// The curves of one quantity: each true state's and the prediction's.
struct ThinnedCurves {
  std::vector<double> x;
  std::vector<std::vector<double>> states;
  std::vector<double> prediction;

  ThinnedCurves(const std::vector<double>& grid, Bounds bounds, const std::vector<Mode>& truth,
                const std::vector<Mode>& predicted)
      : prediction(thinned_cumulative(grid, predicted, bounds)) {
    for (std::size_t i = thinning - 1; i < grid.size(); i += thinning) x.push_back(grid[i]);
    for (Mode mode : truth) {
      mode.weight = 1;
      states.push_back(thinned_cumulative(grid, {mode}, bounds));
    }
  }

  double distance(std::span<const double> weights) const {
    double truth_total = 0;
    for (std::size_t k = 0; k < states.size(); ++k) truth_total += weights[k] * states[k].back();
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      double truth = 0;
      for (std::size_t k = 0; k < states.size(); ++k) truth += weights[k] * states[k][i];
      sum += std::fabs(truth / truth_total - prediction[i] / prediction.back()) * (x[i + 1] - x[i]);
    }
    return sum;
  }
};

}  // namespace

std::vector<EnsembleScores> bootstrap_ensemble(std::span<const EnsembleLabels> fovs, const EnsembleLabels& prediction,
                                               Rules rules, std::size_t experiment, const BootstrapOptions& options) {
  AN_ASSERT(!fovs.empty());
  std::vector<EnsembleScores> samples;
  const auto drawn_truth = [&](std::size_t r) {
    return with_weights_of(fovs, resampled_fovs(options.seed, r, experiment, fovs.size()));
  };
  if (rules == Rules::paper) {
    for (std::size_t r = 0; r < options.resamples; ++r)
      samples.push_back(paper_ensemble_distance(drawn_truth(r), prediction).scores.value_or(aborted_ensemble_task));
    return samples;
  }
  const auto curves = [&](Quantity quantity, const std::vector<double>& grid) {
    return ThinnedCurves(grid, {grid.front(), grid.back()}, modes_of(fovs.front(), quantity),
                         modes_of(prediction, quantity));
  };
  const ThinnedCurves alpha = curves(Quantity::alpha, linear_grid(0, bounds::alpha_max, grid_size));
  const ThinnedCurves k =
      curves(Quantity::k, logarithmic_grid(std::log10(bounds::k_min), std::log10(bounds::k_max), grid_size));
  for (std::size_t r = 0; r < options.resamples; ++r) {
    const EnsembleLabels truth = drawn_truth(r);
    samples.push_back({alpha.distance(truth.weight), k.distance(truth.weight)});
  }
  return samples;
}

}  // namespace an::evaluation
