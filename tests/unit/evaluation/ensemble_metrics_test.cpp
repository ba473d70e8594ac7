// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace an::evaluation {
namespace {

using ::testing::HasSubstr;

TEST(LogarithmicGrid, IsTenToTheLinearGrid) {
  const auto t = linear_grid(-12, 6, 10'001);
  const auto x = logarithmic_grid(-12, 6, 10'001);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], std::pow(10.0, t[i]), 3e-16 * x[i]);
  EXPECT_EQ(x.back(), 1e6);
}

// scipy 1.17.1: scipy.special.log_ndtr, scipy.stats._continuous_distns._log_gauss_mass
TEST(TruncatedNormal, TailsAgreeWithScipy) {
  EXPECT_NEAR(log_normal_cdf(-5), -15.064998393988727, 1e-14);
  EXPECT_NEAR(log_normal_cdf(-29.9), -451.3229124585287, 1e-12);
  EXPECT_NEAR(log_normal_cdf(-30.1), -457.32956441638237, 1e-12);
  EXPECT_NEAR(log_normal_cdf(-1000), -500007.8266948122, 1e-9);
  EXPECT_NEAR(log_normal_cdf(3), -0.0013508099647481925, 1e-17);
  EXPECT_NEAR(log_normal_mass(-40, -39.5), -784.7208791066241, 1e-11);
  EXPECT_NEAR(log_normal_mass(10, 11), -53.23131022558313, 1e-12);
  EXPECT_NEAR(log_normal_mass(-1, 50), -0.1727537790234499, 1e-15);
}

// The fast loops for even grids and for flat parts against one exponential a point.
TEST(MixtureDensity, FastLoopsAgreeWithThePlainFormula) {
  const std::vector<Mode> modes{{0.7, 0.01, 0.3}, {1.999, 0.2, 0.5}, {0, 0, 0.1}, {-1, 0.3, 0.1}};
  const Bounds bounds = alpha_bounds;
  const auto x = linear_grid(0, 1.999, 100'000);
  std::vector<double> fast(x.size(), 0);
  std::vector<double> plain(x.size(), 0);
  add_mixture_density_evenly(x, modes, bounds, fast);
  for (const Mode& mode : modes) {
    const double sigma = std::sqrt(std::max(mode.variance, smallest_variance));
    const double mass = log_normal_mass((bounds.low - mode.mean) / sigma, (bounds.high - mode.mean) / sigma);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double z = (x[i] - mode.mean) / sigma;
      plain[i] += mode.weight * std::exp(-z * z / 2 - 0.5 * std::log(2 * M_PI) - mass) / sigma;
    }
  }
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(fast[i], plain[i], 1e-12 * plain[i]) << x[i];
}

EnsembleLabels two_states(double weight) { return {{0, 1}, {0, 0}, {0, 1}, {0, 0}, {weight, 1 - weight}}; }

TEST(OfficialEnsemble, IsNearlyBlindToTheMobileStateBesideAnImmobileOne) {
  OfficialEnsembleScorer scorer;
  scorer.set_truth(two_states(0.2));
  const auto scores = scorer.score(two_states(0.8)).scores.value();
  EXPECT_NEAR(scores[0], 0.59993, 1e-5);
  EXPECT_NEAR(scores[1], 8.6e-6, 1e-7);
}

// andi_datasets 2.1.13, numpy 1.26.4
TEST(OfficialEnsemble, AVarianceOfMinusInfinityIsRaisedToTheSmallest) {
  OfficialEnsembleScorer scorer;
  scorer.set_truth({{1, 1}, {0.01, 0.01}, {0, 1}, {0, 0.01}, {0.3, 0.7}});
  const auto scores = scorer.score({{1, 1}, {-INFINITY, 0.01}, {0, 2}, {0, 0.01}, {0.3, 0.7}}).scores.value();
  EXPECT_NEAR(scores[0], 0.02392896781801976, 2e-11);
  EXPECT_NEAR(scores[1], 4.945757039329272e-06, 1e-12);
  EXPECT_THAT(scorer.score({{1}, {INFINITY}, {1}, {0.01}, {1}}).failure, HasSubstr("a variance is inf"));
  EXPECT_THAT(scorer.score({{1}, {0.01}, {1}, {std::nan("")}, {1}}).failure, HasSubstr("a variance is nan"));
}

TEST(PaperEnsemble, WeighsBothStates) {
  const auto scores = paper_ensemble_distance(two_states(0.2), two_states(0.8)).scores.value();
  EXPECT_NEAR(scores[0], 0.6, 1e-4);
  EXPECT_NEAR(scores[1], 0.6, 1e-4);
}

TEST(PaperEnsemble, IsTheDistanceOfTheMeansOfNarrowModes) {
  const EnsembleLabels a{{0.5}, {1e-6}, {3}, {1e-6}, {1}};
  const EnsembleLabels b{{1.25}, {1e-6}, {7.5}, {1e-6}, {1}};
  const auto scores = paper_ensemble_distance(a, b).scores.value();
  EXPECT_NEAR(scores[0], 0.75, 1e-12);
  EXPECT_NEAR(scores[1], 4.5, 1e-12);
}

TEST(PaperEnsemble, AModeFarBelowItsBoundsLiesAtTheLowerOne) {
  const EnsembleLabels a{{1}, {1e-6}, {1}, {1e-6}, {1}};
  const EnsembleLabels b{{1}, {1e-6}, {-0.001}, {0}, {1}};
  EXPECT_NEAR(paper_ensemble_distance(a, b).scores.value()[1], 1, 1e-4);
}

TEST(Ensemble, SaysWhoseDistributionCannotBeScored) {
  const EnsembleLabels good{{1}, {0.01}, {1}, {0.01}, {1}}, bad{{1}, {0.01}, {1}, {0.01}, {0}};
  OfficialEnsembleScorer scorer;
  for (const bool of_truth : {false, true}) {
    const EnsembleLabels& truth = of_truth ? bad : good;
    const EnsembleLabels& prediction = of_truth ? good : bad;
    scorer.set_truth(truth);
    for (const EnsembleOutcome& outcome : {scorer.score(prediction), paper_ensemble_distance(truth, prediction)}) {
      EXPECT_FALSE(outcome.scores);
      EXPECT_EQ(outcome.of_truth, of_truth);
    }
  }
}

// scipy 1.17.1: quad of |F - G| with truncnorm.cdf over [0, 2]: modes N(.4, .09) and N(1.2, .04) with weights .3, .7
// against N(.9, .25)
TEST(PaperEnsemble, AgreesWithNumericalIntegration) {
  const EnsembleLabels a{{0.4, 1.2}, {0.09, 0.04}, {1, 1}, {1, 1}, {0.3, 0.7}};
  const EnsembleLabels b{{0.9}, {0.25}, {1}, {1}, {1}};
  EXPECT_NEAR(paper_ensemble_distance(a, b).scores.value()[0], 0.10340018029245926, 1e-10);
}

TEST(Ensemble, SaysWhyADistributionCannotBeScored) {
  OfficialEnsembleScorer scorer;
  scorer.set_truth({{1}, {0.01}, {1}, {0.01}, {1}});
  EXPECT_THAT(scorer.score({{1}, {0.01}, {777.77}, {0}, {1}}).failure,
              HasSubstr("K distribution of the submission: its total mass"));
  EXPECT_THAT(scorer.score({{std::nan("")}, {0.01}, {1}, {0.01}, {1}}).failure, HasSubstr("a mean is nan"));
  EXPECT_THAT(scorer.score({{1, 0.5}, {0.01, 0.01}, {1, 2}, {0.01, 0.01}, {1, -0.5}}).failure,
              HasSubstr("negative weights"));
}

TEST(Ensemble, FailureOfAPredictionNeedsNoTruth) {
  OfficialEnsembleScorer scorer;
  EXPECT_EQ(scorer.failure_of({{1}, {0.01}, {1}, {0.01}, {1}}), "");
  EXPECT_THAT(scorer.failure_of({{1, 1}, {0, 0}, {1, 1}, {0, 0}, {0, 0}}), HasSubstr("alpha distribution"));
  EXPECT_THAT(scorer.failure_of({{1, 1}, {0, 0}, {777.77, 1}, {0, 0}, {1, 0}}), HasSubstr("K distribution"));
}

}  // namespace
}  // namespace an::evaluation
