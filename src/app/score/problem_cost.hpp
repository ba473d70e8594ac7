// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluation/challenge_score.hpp"

namespace an::app {

/// What defects cost a single-trajectory task: its scores with a defect less those without it, e.g.
/// `mae_alpha +0.012, f1_state -0.003`; metrics that do not change are left out.
class SingleTaskCost {
 public:
  /// \param experiments sums of each experiment, every field of view matched on its own
  SingleTaskCost(std::vector<evaluation::ScoreSums> experiments, evaluation::Rules rules);

  /// Of a defect that adds `part` to an experiment's sums. \param affected bits of the metrics it can change
  std::string of(std::size_t experiment, const evaluation::ScoreSums& part, std::uint8_t affected) const;
  /// Of a defect by which an experiment has other sums.
  std::string of_other_sums(std::size_t experiment, const evaluation::ScoreSums& sums) const;
  /// Of a defect by which the task has these scores.
  std::string against(const evaluation::SingleScores& scores) const;

 private:
  evaluation::SingleScores global_with(std::size_t experiment, const evaluation::ScoreSums& sums) const;

  std::vector<evaluation::ScoreSums> sums_;
  evaluation::Rules rules_;
  std::vector<evaluation::SingleScores> scores_;
  std::vector<std::int64_t> trajectories_;
  evaluation::SingleScores global_{};
};

/// What the experiments that cannot be scored cost the ensemble task. \param scored the other experiments' scores
std::string ensemble_cost(const evaluation::EnsembleScores& task, std::span<const evaluation::EnsembleScores> scored);

}  // namespace an::app
