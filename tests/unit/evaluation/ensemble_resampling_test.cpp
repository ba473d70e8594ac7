// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_resampling.hpp"

#include <gtest/gtest.h>

#include "evaluation/ensemble_metrics.hpp"

namespace an::evaluation {
namespace {

using Fovs = std::vector<EnsembleLabels>;

EnsembleLabels labels(std::vector<double> alpha_mean, std::vector<double> alpha_variance, std::vector<double> k_mean,
                      std::vector<double> k_variance, std::vector<double> weight) {
  return {std::move(alpha_mean), std::move(alpha_variance), std::move(k_mean), std::move(k_variance),
          std::move(weight)};
}

// Every resample against the metric itself, for the weights of the fields of view that were drawn.
void expect_the_metric(const Fovs& fovs, const EnsembleLabels& prediction) {
  const BootstrapOptions options{4, 0.95, 5};
  const auto samples = bootstrap_ensemble(fovs, prediction, Rules::official, 2, options);
  ASSERT_EQ(samples.size(), options.resamples);
  OfficialEnsembleScorer scorer;
  for (std::size_t r = 0; r < options.resamples; ++r) {
    EnsembleLabels truth = fovs.front();
    truth.weight.assign(truth.states(), 0);
    for (const std::size_t fov : resampled_fovs(options.seed, r, 2, fovs.size()))
      for (std::size_t state = 0; state < truth.states(); ++state) truth.weight[state] += fovs[fov].weight[state];
    scorer.set_truth(truth);
    const EnsembleOutcome expected = scorer.score(prediction);
    ASSERT_TRUE(expected.scores) << expected.failure;
    for (std::size_t q = 0; q < 2; ++q)
      EXPECT_NEAR(samples[r][q], (*expected.scores)[q], 1e-9 * (*expected.scores)[q] + 1e-12)
          << q << ", resample " << r;
  }
}

TEST(BootstrapEnsemble, IsTheMetricOfOneState) {
  expect_the_metric({labels({1}, {10}, {1}, {100}, {3000}), labels({1}, {10}, {1}, {100}, {2000})},
                    labels({0.9}, {5}, {1.1}, {80}, {1}));
  expect_the_metric({labels({1}, {0}, {1}, {0}, {3000})}, labels({1.01}, {0}, {1.002}, {0}, {1}));
}

TEST(BootstrapEnsemble, IsTheMetricOfStatesWhoseSharesVary) {
  const auto fov = [](std::vector<double> weight) {
    return labels({1, 0.7, 1.2}, {1e-4, 0.01, 0}, {0.15, 0.33, 0.95}, {0.01, 0, 0.01}, std::move(weight));
  };
  const Fovs fovs{fov({310, 470, 220}), fov({200, 900, 0}), fov({50, 100, 800})};
  expect_the_metric(fovs, labels({1, 0.75, 1.19}, {1e-3, 0.02, 1e-3}, {0.15, 0.331, 0.9}, {0.02, 0, 0.01}, {1, 1, 1}));
  expect_the_metric(fovs, labels({1}, {0.04}, {0.5}, {0.1}, {1}));
}

TEST(BootstrapEnsemble, IsTheMetricWhereAStateDoesNotMove) {
  const auto fov = [](std::vector<double> weight) {
    return labels({0, 1}, {0, 0.005}, {0, 1}, {0, 0.1}, std::move(weight));
  };
  expect_the_metric({fov({100, 900}), fov({300, 700})}, labels({0, 1.05}, {0, 0.01}, {0, 0.9}, {0, 0.1}, {0.2, 0.8}));
}

TEST(BootstrapEnsemble, OfThePredictionThatIsTheTruthIsZero) {
  const EnsembleLabels truth = labels({1}, {0.01}, {1}, {0.1}, {500});
  for (const EnsembleScores& sample : bootstrap_ensemble(Fovs{truth}, truth, Rules::official, 0, {3, 0.95, 1}))
    EXPECT_EQ(sample, (EnsembleScores{0, 0}));
}

TEST(BootstrapEnsemble, OfAPredictionThatCannotBeScoredIsThePenalty) {
  const EnsembleLabels truth = labels({1}, {0.01}, {1}, {0.1}, {500}), massless = labels({1}, {0.01}, {1}, {0.1}, {0});
  for (const EnsembleScores& sample : bootstrap_ensemble(Fovs{truth}, massless, Rules::official, 0, {3, 0.95, 1}))
    EXPECT_EQ(sample, aborted_ensemble_task);
}

}  // namespace
}  // namespace an::evaluation
