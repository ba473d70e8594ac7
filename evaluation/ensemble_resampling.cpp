// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_resampling.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "evaluation/ensemble_metrics.hpp"

namespace an::evaluation {

namespace {

constexpr std::size_t block_size = 100;  // points

EnsembleLabels with_weights_of(std::span<const EnsembleLabels> fovs, std::span<const std::size_t> drawn) {
  EnsembleLabels labels = fovs.front();
  labels.weight.assign(labels.states(), 0);
  for (const std::size_t fov : drawn)
    for (std::size_t state = 0; state < labels.states(); ++state) labels.weight[state] += fovs[fov].weight[state];
  return labels;
}

// One state alone.
EnsembleLabels state_of(const EnsembleLabels& labels, std::size_t state) {
  return {{labels.alpha_mean[state]},
          {labels.alpha_variance[state]},
          {labels.k_mean[state]},
          {labels.k_variance[state]},
          {1}};
}

// The official distance of one quantity for any weights of the truth's states.
//
// The truth's cumulative distribution is the mean of its states' with shares that depend on the weights, so its
// difference to the prediction's is the mean of theirs; and the integral of a difference that keeps its sign over some
// points is, but for the sign, the mean of the states' integrals there. Only where it may change its sign are points
// looked at.
class WeightedDistance {
 public:
  // Of the cumulative sums of the truth's states and of the prediction on a grid.
  WeightedDistance(std::span<const double> grid, std::vector<std::vector<double>> states,
                   std::span<const double> predicted) {
    for (std::size_t i = 0; i + 1 < grid.size(); ++i) widths_.push_back(grid[i + 1] - grid[i]);
    for (std::vector<double>& difference : states) {
      const double total = difference.back();
      for (std::size_t i = 0; i < difference.size(); ++i)
        difference[i] = (total > 0 ? difference[i] / total : 0) - predicted[i] / predicted.back();
      totals_.push_back(total);
      differences_.push_back(std::move(difference));
    }
    for (std::size_t begin = 0; begin < widths_.size(); begin += block_size)
      for (const std::vector<double>& difference : differences_) blocks_.push_back(block_of(difference, begin));
  }

  double operator()(std::span<const double> weights) const {
    double mass = 0;
    for (std::size_t k = 0; k < totals_.size(); ++k) mass += weights[k] * totals_[k];
    std::vector<double> shares;
    for (std::size_t k = 0; k < totals_.size(); ++k) shares.push_back(weights[k] * totals_[k] / mass);
    double sum = 0;
    const Block* block = blocks_.data();
    for (std::size_t begin = 0; begin < widths_.size(); begin += block_size) {
      Block mean;
      for (const double share : shares) {
        mean.integral += share * block->integral;
        mean.lowest += share * block->lowest;
        mean.highest += share * block->highest;
        ++block;
      }
      sum += mean.lowest >= 0 || mean.highest <= 0 ? std::fabs(mean.integral) : by_points(shares, begin);
    }
    return sum;
  }

 private:
  // A difference at `block_size` points.
  struct Block {
    double integral = 0, lowest = 0, highest = 0;
  };

  std::size_t end_of(std::size_t begin) const { return std::min(begin + block_size, widths_.size()); }

  Block block_of(const std::vector<double>& difference, std::size_t begin) const {
    Block block{0, difference[begin], difference[begin]};
    for (std::size_t i = begin; i < end_of(begin); ++i) {
      block.integral += difference[i] * widths_[i];
      block.lowest = std::min(block.lowest, difference[i]);
      block.highest = std::max(block.highest, difference[i]);
    }
    return block;
  }

  double by_points(std::span<const double> shares, std::size_t begin) const {
    double sum = 0;
    for (std::size_t i = begin; i < end_of(begin); ++i) {
      double mean = 0;
      for (std::size_t k = 0; k < shares.size(); ++k) mean += shares[k] * differences_[k][i];
      sum += std::fabs(mean) * widths_[i];
    }
    return sum;
  }

  std::vector<double> widths_;                    // from each point of the grid to the next
  std::vector<double> totals_;                    // mass of each state on the grid
  std::vector<std::vector<double>> differences_;  // of each state's cumulative distribution to the prediction's
  std::vector<Block> blocks_;                     // of each state, block after block
};

}  // namespace

std::vector<EnsembleScores> bootstrap_ensemble(std::span<const EnsembleLabels> fovs, const EnsembleLabels& prediction,
                                               Rules rules, std::size_t experiment, const BootstrapOptions& options) {
  AN_ASSERT(!fovs.empty());
  std::vector<EnsembleScores> samples(options.resamples);
  const auto drawn_truth = [&](std::size_t r) {
    return with_weights_of(fovs, resampled_fovs(options.seed, r, experiment, fovs.size()));
  };
  if (rules == Rules::paper) {
    for (std::size_t r = 0; r < options.resamples; ++r)
      samples[r] = paper_ensemble_distance(drawn_truth(r), prediction).scores.value_or(aborted_ensemble_task);
    return samples;
  }
  const OfficialEnsembleScorer scorer;
  OfficialEnsembleScorer::Curves predicted;
  scorer.compute(prediction, "submission", predicted);
  if (!predicted[0].failure.empty() || !predicted[1].failure.empty()) {
    std::fill(samples.begin(), samples.end(), aborted_ensemble_task);  // as it is scored where that does not stop
    return samples;
  }
  std::array<std::vector<std::vector<double>>, 2> states;
  for (std::size_t state = 0; state < fovs.front().states(); ++state) {
    OfficialEnsembleScorer::Curves curves;
    scorer.compute(state_of(fovs.front(), state), "reference", curves);
    for (const std::size_t q : {0U, 1U}) states[q].push_back(std::move(curves[q].cumulative));
  }
  for (const Quantity quantity : {Quantity::alpha, Quantity::k}) {
    const auto q = static_cast<std::size_t>(quantity);
    const WeightedDistance distance(scorer.grid(quantity), std::move(states[q]), predicted[q].cumulative);
    for (std::size_t r = 0; r < options.resamples; ++r) samples[r][q] = distance(drawn_truth(r).weight);
  }
  return samples;
}

}  // namespace an::evaluation
