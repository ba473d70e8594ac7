// SPDX-License-Identifier: MIT
#include "app/score/ensemble_bootstrap.hpp"

#include <filesystem>

#include "evaluation/ensemble_resampling.hpp"
#include "io/benchmark_tree.hpp"
#include "io/ensemble_file.hpp"

namespace an::app {

namespace {

// The truth of each field of view; empty if a file is missing, unusable or of other states than the first.
std::vector<EnsembleLabels> truth_of_fovs(const PlannedExperiment& experiment) {
  std::vector<EnsembleLabels> fovs;
  for (std::size_t fov = 0; fov < experiment.fovs; ++fov) {
    const auto file = io::ensemble_of_fov(experiment.reference, fov);
    if (!std::filesystem::exists(file)) return {};
    auto labels = io::read_ensemble(file).labels;
    if (!labels || (!fovs.empty() && labels->states() != fovs.front().states())) return {};
    fovs.push_back(std::move(*labels));
  }
  return fovs;
}

}  // namespace

std::vector<std::vector<evaluation::EnsembleScores>> bootstrap_ensemble(const ScorePlan& plan, std::size_t submission,
                                                                        std::size_t track,
                                                                        const evaluation::BootstrapOptions& options) {
  std::vector<std::vector<evaluation::EnsembleScores>> samples;
  for (std::size_t e = 0; e < plan.tracks[track].experiments.size(); ++e) {
    const auto fovs = truth_of_fovs(plan.tracks[track].experiments[e]);
    const auto prediction =
        io::read_ensemble(io::ensemble_labels(plan.submitted_experiment(submission, track, e))).labels;
    if (fovs.empty() || !prediction) return {};
    samples.push_back(evaluation::bootstrap_ensemble(fovs, *prediction, plan.rules.rules, e, options));
  }
  return samples;
}

}  // namespace an::app
