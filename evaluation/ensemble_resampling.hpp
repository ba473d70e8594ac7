// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "core/labels.hpp"
#include "evaluation/bootstrap.hpp"
#include "evaluation/changepoint_metrics.hpp"

namespace an::evaluation {

/// Ensemble scores of resamples of an experiment: the truth's weights are those of the fields of view drawn.
///
/// By the official rules each sample is what OfficialEnsembleScorer gives for these weights, but for rounding (10⁻⁹ of
/// it, or 10⁻¹²). \param fovs the truth of each field of view, its weights being counts of frames \param experiment its
/// number in the draw, see resampled_fovs()
std::vector<EnsembleScores> bootstrap_ensemble(std::span<const EnsembleLabels> fovs, const EnsembleLabels& prediction,
                                               Rules rules, std::size_t experiment, const BootstrapOptions& options);

}  // namespace an::evaluation
