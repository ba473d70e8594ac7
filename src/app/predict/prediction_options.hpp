// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "app/predict/prediction_plan.hpp"
#include "app/settings/config.hpp"
#include "segmentation/experiment_fit.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::app {

/// How an experiment's model is fitted. What is known of the errors of positions: nothing, a given noise, or bounds
/// from tracking, which fall a little short. \param noise, overlapping px, of tracked fields of view; empty where none
/// tells
segmentation::FitOptions fit_options(const SegmentationConfig& config, const PredictedExperiment& experiment,
                                     const std::vector<double>& noise, const std::vector<double>& overlapping);

/// How its trajectories are inferred; the field of view is still to be named.
segmentation::InferenceOptions inference_options(const SegmentationConfig& config,
                                                 const PredictedExperiment& experiment);

}  // namespace an::app
