// SPDX-License-Identifier: MIT
#include "app/predict/prediction_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "app/predict/network_beliefs.hpp"
#include "app/predict/prediction_files.hpp"
#include "app/track/tracked_trajectories.hpp"
#include "core/spread.hpp"
#include "io/benchmark_tree.hpp"

namespace an::app {

namespace fs = std::filesystem;

PredictionPaths::PredictionPaths(const PredictOptions& options, const Config& config, const PredictionPlan& plan)
    : options_(options), config_(config), plan_(plan) {}

fs::path PredictionPaths::submission(const PredictedExperiment& experiment) const {
  return options_.output / experiment.place;
}

fs::path PredictionPaths::details(const PredictedExperiment& experiment) const {
  return options_.output / "details" / experiment.place;
}

fs::path PredictionPaths::model(const PredictedExperiment& experiment) const {
  return details(experiment) / "model.json";
}

fs::path PredictionPaths::shares(const PredictedExperiment& experiment) const {
  return details(experiment) / "shares.json";
}

fs::path PredictionPaths::ensemble(const PredictedExperiment& experiment) const {
  return io::ensemble_labels(submission(experiment));
}

fs::path PredictionPaths::labels(const PlannedFov& fov) const {
  return io::submission_labels(submission(experiment_of(fov)), fov.number);
}

fs::path PredictionPaths::segments(const PlannedFov& fov) const {
  return details(experiment_of(fov)) / fmt::format("segments_fov_{}.csv", fov.number);
}

fs::path PredictionPaths::sums(const PlannedFov& fov) const {
  return details(experiment_of(fov)) / fmt::format("sums_fov_{}.json", fov.number);
}

fs::path PredictionPaths::tracks_record(const PlannedFov& fov) const {
  const fs::path& tracked = options_.tracked.empty() ? options_.output : options_.tracked;
  return tracked / "details" / experiment_of(fov).place / fmt::format("tracks_fov_{}.json", fov.number);
}

fs::path PredictionPaths::shown(const PlannedFov& fov) const {
  const PredictedExperiment& experiment = experiment_of(fov);
  return &fov == &plan_.fovs[experiment.fovs.front()] ? details(experiment) / shown_fov_name : fs::path();
}

std::vector<std::size_t> PredictionPaths::fitted_fovs(const PredictedExperiment& experiment) const {
  std::vector<std::size_t> fovs;
  for (const std::size_t i :
       spread_out(static_cast<std::size_t>(config_.segmentation.fitted_trajectories), experiment.fovs.size()))
    fovs.push_back(experiment.fovs[i]);
  return fovs;
}

double PredictionPaths::bytes_of_trajectories(const PlannedFov& fov) const {
  std::error_code missing;  // reported where it is read
  const std::uintmax_t size = fs::file_size(trajectories(fov).back(), missing);
  return missing ? fov.cost : static_cast<double>(size);
}

std::vector<fs::path> PredictionPaths::trajectories(const PlannedFov& fov) const {
  if (experiment_of(fov).track == 2) return {fov.input};
  return {tracks_record(fov), positions_file(tracks_record(fov))};
}

void PredictionPaths::add_weights(ItemFiles& files) const {
  for (fs::path& path : weights_files(options_.weights, config_.predict.method))
    files.inputs.push_back(std::move(path));
}

ItemFiles PredictionPaths::of_tracking(const PlannedFov& fov) const { return {{fov.input}, trajectories(fov)}; }

ItemFiles PredictionPaths::of_fit(const PredictedExperiment& experiment) const {
  if (!fits_model(config_.predict.method)) return {};
  ItemFiles files{{}, {model(experiment)}};
  for (const std::size_t fov : fitted_fovs(experiment))
    for (fs::path& path : trajectories(plan_.fovs[fov])) files.inputs.push_back(std::move(path));
  if (config_.predict.method == Method::hybrid) {
    add_weights(files);
    files.outputs.push_back(shares(experiment));
  }
  return files;
}

ItemFiles PredictionPaths::of_inference(const PlannedFov& fov) const {
  ItemFiles files{trajectories(fov), {labels(fov), segments(fov), sums(fov)}};
  if (const fs::path drawn = shown(fov); !drawn.empty()) files.outputs.push_back(drawn);
  if (fits_model(config_.predict.method)) files.inputs.push_back(model(experiment_of(fov)));
  if (config_.predict.method == Method::hybrid) files.inputs.push_back(shares(experiment_of(fov)));
  add_weights(files);
  return files;
}

}  // namespace an::app
