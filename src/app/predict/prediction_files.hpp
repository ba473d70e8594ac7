// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "app/predict/prediction_plan.hpp"
#include "app/track/tracked_trajectories.hpp"
#include "report/figures.hpp"
#include "segmentation/experiment_fit.hpp"
#include "segmentation/paper_chain.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::app {

/// `model.json`: the experiment's model and all others that were weighed, with their evidence and probability.
/// \throws OutputError
void write_model(const std::filesystem::path& path, const segmentation::ExperimentFit& fit);
/// The experiment's model. \throws InputError where the file is missing or is not one that write_model wrote
segmentation::ExperimentModel read_model(const std::filesystem::path& path);

/// `shares.json`: what the network counts for in the experiment. \throws OutputError
void write_shares(const std::filesystem::path& path, const segmentation::BeliefShares& shares);
/// \throws InputError where the file is missing or is not one that write_shares wrote
segmentation::BeliefShares read_shares(const std::filesystem::path& path);

/// First line of `segments_fov_F.csv`.
inline constexpr std::string_view segments_header =
    "traj_idx,begin,end,alpha,alpha_low,alpha_high,k,k_low,k_high,state,state_probability,change_probability";

/// `segments_fov_F.csv`: a line a segment with intervals (see Estimate), and the
/// probabilities of its state and of the change point it begins with. \throws OutputError
void write_segments(const std::filesystem::path& path, const segmentation::InferredFov& fov);

/// `sums_fov_F.json`: what a field of view adds to the experiment's ensemble. \throws OutputError
void write_sums(const std::filesystem::path& path, const segmentation::PopulationSums& sums);
/// \throws InputError where the file is missing or is not one that write_sums wrote of so many states
segmentation::PopulationSums read_sums(const std::filesystem::path& path, std::size_t states);

/// The same where no model was fitted: the segments themselves. \throws OutputError
void write_segment_list(const std::filesystem::path& path, const segmentation::InferredFov& fov);
/// Adds those of a file to `segments`. \throws InputError as read_sums
void read_segment_list(const std::filesystem::path& path, std::vector<segmentation::ChainSegment>& segments);
/// `ensemble_labels.txt` from segments alone, in clusters. \throws OutputError
void write_clustered_ensemble(const std::filesystem::path& path,
                              const std::vector<segmentation::ChainSegment>& segments,
                              const segmentation::Clusters& clusters, std::string_view model);

/// The numbers of a trajectory's line, as LabelRow views them.
std::vector<double> label_fields(const segmentation::InferredTrajectory& trajectory);

/// `fov_F.txt` of the submission. \throws OutputError
void write_submission(const std::filesystem::path& path, const segmentation::InferredFov& fov);

/// `shown_fov.json`: positions and states of a field of view, for the report's picture; of a large one the first
/// trajectories.
inline constexpr const char* shown_fov_name = "shown_fov.json";
struct ShownFov {
  int experiment;
  std::size_t fov;
  std::vector<report::DrawnTrajectory> trajectories;
};
/// \throws OutputError
void write_shown_fov(const std::filesystem::path& path, const PlannedFov& planned, int experiment,
                     const TrackedFov& read, const segmentation::InferredFov& inferred);
/// \throws InputError where the file is missing or is not one that write_shown_fov wrote
ShownFov read_shown_fov(const std::filesystem::path& path);

/// `ensemble_labels.txt`: the states' populations from the sums over all fields of view, and their shares of frames.
/// \throws OutputError
void write_inferred_ensemble(const std::filesystem::path& path, const segmentation::ExperimentModel& model,
                             const segmentation::PopulationSums& sums);

}  // namespace an::app
