// SPDX-License-Identifier: MIT
// Detection of change points beside an ideal observer that is written apart from the library and knows the states.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "detection.hpp"
#include "segmentation/cell_table.hpp"
#include "segmentation/segment_evidence.hpp"
#include "segmentation/state_path.hpp"
#include "two_state_experiment.hpp"

namespace an::testing {
namespace {

// What rounding to floats may cost 199 displacements in ln density: 2e-6 each, as their logarithms are up to 20.
constexpr double rounding = 4e-4;

// How far the library's ln density of a segment of the state's own displacements may be from the exact one. It predicts
// each displacement from p <= m of the m before it, 16 at most, with an error of variance v(p) instead of v(m): in the
// mean over two axes that costs ln v(p) / v(m), and the logarithm of the ratio of two normal densities that are so near
// to each other has twice its mean as variance. Six standard deviations, for twenty thousand segments.
double truncation(const CovarianceFactor& factor, std::size_t displacements) {
  double mean = 0;
  for (std::size_t m = 0; m < displacements; ++m) {
    std::size_t p = std::min(m, kernels::whitening_order);
    while (!kernels::has_row(p)) --p;
    mean += 2 * std::log(factor.at(p, p) / factor.at(m, m));
  }
  return mean + 6 * std::sqrt(2 * mean);
}

TEST(ExactObserver, SegmentsAreAsLikelyAsTheLibrarySays) {
  for (const KnownState& state : {KnownState{0.5, 0.1}, {1, 0.1}, {1, 1}, {1.5, 0.1}}) {
    TwoStateExperiment experiment{{state, state}};
    experiment.trajectories = 2;
    const segmentation::Trajectory t = simulate(experiment).fov.trajectories[1];
    const Steps steps = steps_of(t.x, t.y);
    const std::size_t count = steps.size();
    const CovarianceFactor factor(state, experiment.noise, count);
    const SegmentDensities expected = segment_densities(steps, factor);
    const segmentation::CellTable cells({{{state.alpha, state.k, 1}}}, {experiment.noise});
    segmentation::SegmentEvidence evidence;
    evidence.compute(segmentation::displacements_of(t.x, t.y), cells);
    // Evidence is relative to an offset of each displacement, which is that of the segment of this one alone.
    double offsets = 0;
    std::vector<double> offset_before;
    for (std::size_t i = 0; i < count; ++i) {
      offset_before.push_back(offsets);
      offsets += expected[i][i] - static_cast<double>(evidence.ending_at(0, i)[i]);
    }
    EXPECT_NEAR(offsets, evidence.offset(), rounding);
    offset_before.push_back(offsets);
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t i = 0; i <= j; ++i)
        ASSERT_NEAR(static_cast<double>(evidence.ending_at(0, j)[i]) + offset_before[j + 1] - offset_before[i],
                    expected[i][j], rounding + truncation(factor, j - i + 1))
            << "alpha " << state.alpha << ", K " << state.k << ", displacements " << i << " to " << j;
  }
}

TEST(ExactObserver, SumsOverPathsAsTheLibraryDoes) {
  // With alpha = 1 only the noise correlates displacements, and 16 of them say nearly all.
  const TwoStateExperiment experiment{{{{1, 0.1}, {1, 0.5}}}, 40, 0.12, 200, 20};
  const ObservedExperiment observed = simulate(experiment);
  const segmentation::CellTable cells({{{1, 0.1, 1}}, {{1, 0.5, 1}}}, {experiment.noise, experiment.noise});
  const CovarianceFactor slow(experiment.states[0], experiment.noise, experiment.frames);
  const CovarianceFactor fast(experiment.states[1], experiment.noise, experiment.frames);
  segmentation::SegmentEvidence evidence;
  for (const segmentation::Trajectory& t : observed.fov.trajectories) {
    evidence.compute(segmentation::displacements_of(t.x, t.y), cells);
    const segmentation::PathPosterior posterior(evidence, true_model(experiment).dynamics);
    const Steps steps = steps_of(t.x, t.y);
    const TwoStatePosterior expected({segment_densities(steps, slow), segment_densities(steps, fast)},
                                     1 / experiment.dwell);
    EXPECT_NEAR(posterior.log_evidence() + evidence.offset(), expected.log_evidence(), 2 * rounding);
  }
}

TEST(Power, FullMethodIsWithinTenPercentOfTheIdealObserver) {
  TwoStateExperiment experiment{{{{1, 0.1}, {1, 1}}}};
  experiment.trajectories = 150;
  experiment.seed = 5500;
  const app::SegmentationConfig config;
  const ObservedExperiment observed = simulate(experiment);
  const ChangePoints full = inferred_changes(observed, fitted_model(experiment, observed, config), experiment, config);
  const ChangePoints ideal = inferred_changes(observed, true_model(experiment), experiment, config);
  const ChangePoints exact = exact_changes(observed, experiment, config, static_cast<std::size_t>(config.paths));
  Detection by_full, by_ideal, by_exact;
  const auto frames = static_cast<std::int64_t>(experiment.frames);
  for (std::size_t i = 0; i < observed.truth.size(); ++i) {
    by_full.add(observed.truth[i], full[i], frames);
    by_ideal.add(observed.truth[i], ideal[i], frames);
    by_exact.add(observed.truth[i], exact[i], frames);
  }
  ASSERT_GT(by_full.all().trials, 500);
  // Three standard errors of the ratio, so that chance would not hide that it is below.
  const Measured ratio = ratio_of(by_full, by_ideal);
  EXPECT_GT(ratio.value - 3 * ratio.error, 0.9) << by_full.all().value() << " of " << by_ideal.all().value();
  // The two ideal observers differ by chance alone: in the paths that they draw (four standard errors).
  const Measured same = ratio_of(by_ideal, by_exact);
  EXPECT_NEAR(same.value, 1, 4 * same.error) << by_ideal.all().value() << " and " << by_exact.all().value();
  // What is found is not bought with false ones, as far as their number tells.
  const double scatter = std::sqrt(2 * by_ideal.false_positives() / static_cast<double>(observed.truth.size()));
  EXPECT_LT(by_full.false_positives(), by_ideal.false_positives() + 4 * scatter);
}

}  // namespace
}  // namespace an::testing
