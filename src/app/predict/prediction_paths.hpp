// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "app/items/run_ledger.hpp"
#include "app/predict/prediction_plan.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config.hpp"

namespace an::app {

/// Where a prediction's files are, and which of them each step reads and writes.
class PredictionPaths {
 public:
  /// References are kept.
  PredictionPaths(const PredictOptions& options, const Config& config, const PredictionPlan& plan);

  std::filesystem::path submission(const PredictedExperiment& experiment) const;
  std::filesystem::path details(const PredictedExperiment& experiment) const;
  std::filesystem::path model(const PredictedExperiment& experiment) const;
  /// Of the network's say where it and the model are joined.
  std::filesystem::path shares(const PredictedExperiment& experiment) const;
  std::filesystem::path ensemble(const PredictedExperiment& experiment) const;

  std::filesystem::path labels(const PlannedFov& fov) const;
  std::filesystem::path segments(const PlannedFov& fov) const;
  /// What the experiment's ensemble is made of.
  std::filesystem::path sums(const PlannedFov& fov) const;
  /// The record of a video's tracking, beside which the positions are.
  std::filesystem::path tracks_record(const PlannedFov& fov) const;
  /// Of the one field of view of an experiment that is drawn, else empty.
  std::filesystem::path shown(const PlannedFov& fov) const;

  /// Places in the plan of the fields of view whose trajectories are fitted: no more than trajectories are, so that
  /// memory does not grow with an experiment.
  std::vector<std::size_t> fitted_fovs(const PredictedExperiment& experiment) const;

  /// Bytes of the file of its trajectories, also of those found in a video; of its input where there is none yet.
  double bytes_of_trajectories(const PlannedFov& fov) const;

  ItemFiles of_tracking(const PlannedFov& fov) const;
  /// None where the method fits no model.
  ItemFiles of_fit(const PredictedExperiment& experiment) const;
  ItemFiles of_inference(const PlannedFov& fov) const;

 private:
  const PredictedExperiment& experiment_of(const PlannedFov& fov) const { return plan_.experiments[fov.experiment]; }
  std::vector<std::filesystem::path> trajectories(const PlannedFov& fov) const;
  void add_weights(ItemFiles& files) const;

  const PredictOptions& options_;
  const Config& config_;
  const PredictionPlan& plan_;
};

}  // namespace an::app
