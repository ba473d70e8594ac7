// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "app/score/score_plan.hpp"
#include "evaluation/bootstrap.hpp"

namespace an::app {

/// Resamples of the ensemble scores of a submission's track: [experiment][resample]. Empty where the reference has no
/// `ens_labs_fov_*.txt` that tells how often each state occurs in each field of view, or a submitted file cannot be
/// used.
std::vector<std::vector<evaluation::EnsembleScores>> bootstrap_ensemble(const ScorePlan& plan, std::size_t submission,
                                                                        std::size_t track,
                                                                        const evaluation::BootstrapOptions& options);

}  // namespace an::app
