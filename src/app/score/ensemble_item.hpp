// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/score/score_item.hpp"
#include "app/score/score_plan.hpp"
#include "evaluation/ensemble_metrics.hpp"

namespace an::app {

/// The ensemble task of one experiment and submission.
struct EnsembleReport {
  std::optional<evaluation::EnsembleScores> scores;
  std::vector<ScoreProblem> problems;  ///< why there are none
  std::string model;                   ///< that the reference names; empty where it names none
};

/// Scores the ensemble files of experiments; keeps the official scorer's grids.
class EnsembleItems {
 public:
  /// One report a submission; empty ones for those without the track.
  std::vector<EnsembleReport> score(const ScorePlan& plan, std::size_t track, std::size_t experiment);

 private:
  std::unique_ptr<evaluation::OfficialEnsembleScorer> official_;
};

std::vector<std::byte> packed(std::span<const EnsembleReport> reports);
std::vector<EnsembleReport> unpacked_ensemble_reports(std::span<const std::byte> bytes);

}  // namespace an::app
