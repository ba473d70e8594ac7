// SPDX-License-Identifier: MIT
#include "app/predict/prediction_options.hpp"

#include <algorithm>
#include <cstdint>

#include "core/median.hpp"

namespace an::app {

namespace {

// Names the random numbers of an experiment of either track; what a key does not hold is in the seed.
template <class Options>
void name_numbers(const SegmentationConfig& config, const PredictedExperiment& e, Options& options) {
  constexpr int held = 24;  // bits
  const std::uint64_t name = 100 * static_cast<std::uint64_t>(e.number) + static_cast<std::uint64_t>(e.track);
  options.seed = config.seed + (name >> held);
  options.experiment = static_cast<std::uint32_t>(name & ((1U << held) - 1));
}

}  // namespace

segmentation::FitOptions fit_options(const SegmentationConfig& config, const PredictedExperiment& experiment,
                                     const std::vector<double>& noise, const std::vector<double>& overlapping) {
  constexpr double usual_noise = 0.1;  // px
  segmentation::FitOptions options;
  options.left_out = config.left_out;
  options.trajectories = static_cast<std::size_t>(config.fitted_trajectories);
  name_numbers(config, experiment, options);
  if (experiment.track == 1 && !noise.empty()) {
    const double free = median_of(noise);
    options.errors =
        segmentation::tracking_errors(free, overlapping.empty() ? 2 * free : std::max(free, median_of(overlapping)));
    options.most_noise = 1.15;
    if (options.left_out == segmentation::MethodPart::tracking_errors)
      options.errors = segmentation::independent_errors(free);
  } else if (config.noise > 0) {
    options.errors = segmentation::independent_errors(config.noise);
  } else {
    options.errors = segmentation::independent_errors(usual_noise);
    options.least_noise = 0.1;
    options.most_noise = 10;
  }
  return options;
}

segmentation::InferenceOptions inference_options(const SegmentationConfig& config,
                                                 const PredictedExperiment& experiment) {
  segmentation::InferenceOptions options;
  options.paths = static_cast<std::size_t>(config.paths);
  options.choice = {config.expected_jaccard, experiment.track == 1 ? config.video_error_weight : config.error_weight,
                    config.usual_error};
  options.left_out = config.left_out;
  name_numbers(config, experiment, options);
  return options;
}

}  // namespace an::app
