// SPDX-License-Identifier: MIT
#include "app/score/ensemble_bootstrap.hpp"

#include <filesystem>
#include <optional>

#include "core/error.hpp"
#include "evaluation/ensemble_resampling.hpp"
#include "io/benchmark_tree.hpp"
#include "io/ensemble_file.hpp"

namespace an::app {

namespace {

// Nothing where a file is missing or unusable: what is scored all the same has told so.
std::optional<EnsembleLabels> labels_in(const std::filesystem::path& file) {
  try {
    return io::read_ensemble(file).labels;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

// The truth of each field of view; empty if a file is missing, unusable or of other states than the first.
std::vector<EnsembleLabels> truth_of_fovs(const PlannedExperiment& experiment) {
  std::vector<EnsembleLabels> fovs;
  for (std::size_t fov = 0; fov < experiment.fovs; ++fov) {
    auto labels = labels_in(io::ensemble_of_fov(experiment.reference, fov));
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
    const auto prediction = labels_in(io::ensemble_labels(plan.submitted_experiment(submission, track, e)));
    if (fovs.empty() || !prediction) return {};
    samples.push_back(evaluation::bootstrap_ensemble(fovs, *prediction, plan.rules.rules, e, options));
  }
  return samples;
}

}  // namespace an::app
