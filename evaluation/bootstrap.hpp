// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "evaluation/challenge_score.hpp"

namespace an::evaluation {

/// How scores are resampled.
struct BootstrapOptions {
  std::size_t resamples = 1000;
  double confidence = 0.95;  ///< of the intervals, in (0, 1)
  std::uint64_t seed = 1;
};

/// Percentile interval.
struct Interval {
  double low;
  double high;
};

/// Which fields of view a resample of an experiment draws (with replacement): `fovs` numbers in [0, fovs).
/// The same for every submission and every task, so that differences between submissions are paired.
std::vector<std::size_t> resampled_fovs(std::uint64_t seed, std::size_t resample, std::size_t experiment,
                                        std::size_t fovs);

/// The percentile interval of samples at the given confidence, by linear interpolation; NaN samples are left out, and
/// no sample gives NaN.
Interval percentile_interval(std::vector<double> samples, double confidence);

/// The scores of every resample: of each experiment, and their weighted mean.
struct SingleResamples {
  std::vector<SingleScores> global;                    ///< a resample each
  std::vector<std::vector<SingleScores>> experiments;  ///< [experiment][resample]
};

/// Resamples fields of view within each experiment (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch.
/// 13). \param fovs statistics of the fields of view of each experiment
SingleResamples bootstrap_single(std::span<const std::vector<ScoreSums>> fovs, Rules rules,
                                 const BootstrapOptions& options);

/// The interval of a statistic of units (experiments that were themselves drawn) when as many are drawn again, with
/// replacement, within each group. \param units how many there are in each group \param statistic of the numbers of the
/// units drawn in each group \returns NaN where no group has two units
Interval bootstrap_groups(std::span<const std::size_t> units, const BootstrapOptions& options,
                          const std::function<double(std::span<const std::vector<std::size_t>> drawn)>& statistic);

/// A difference between two submissions.
struct Difference {
  Interval interval;  ///< of first - second
  double p_value;     ///< two-sided: twice the smaller share of resamples on one side of 0, at least 1/resamples
  bool significant;   ///< the interval does not hold 0
};

/// Compares paired resamples of two submissions.
Difference paired_difference(std::span<const double> first, std::span<const double> second, double confidence);

}  // namespace an::evaluation
