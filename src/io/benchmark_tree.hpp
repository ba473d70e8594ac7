// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace an::io {

/// One experiment of a reference tree.
struct ExperimentFolder {
  int number;
  std::filesystem::path folder;  ///< `exp_<number>` in the track's folder
  std::size_t fovs;              ///< number of its fields of view, numbered from 0
};

/// The experiments of `track_folder` in the order of the official scorer: entries whose names start with neither `.`
/// nor `_`, sorted as strings (exp_10 before exp_2); the number is the first run of digits, and an experiment has as
/// many fields of view as its folder has entries starting with `traj_labs_`. \throws InputError listing every entry
/// that makes the official scorer stop, with the reason
std::vector<ExperimentFolder> list_reference_experiments(const std::filesystem::path& track_folder);

/// An entry of a track's folder that is not as the challenge lays it out.
struct TreeDefect {
  InputProblem problem;
  std::string cost;  ///< what is not scored for it; `none` if that is nothing
};

/// What can be scored of a track's folder, and what is wrong with the rest.
struct UsableTrack {
  std::vector<ExperimentFolder> experiments;
  std::vector<TreeDefect> defects;
};

/// The same without stopping: an experiment may have another folder's name with its number in it, if there is none
/// of its own, and has the fields of view up to the last `traj_labs_fov_F.txt`, of which some may be missing.
/// \throws InputError where nothing is left
UsableTrack list_usable_experiments(const std::filesystem::path& track_folder);

/// So many fields of view can be missing among those there are; what is numbered further on is a slip.
inline constexpr std::size_t most_missing_fovs = 1000;

/// The number between `stem` and `ending` in a file's name, written without leading zeros as the official scorer does;
/// at most 2147483647.
std::optional<std::size_t> numbered(const std::string& name, std::string_view stem, std::string_view ending);

/// Whether a file or folder is there. What cannot be reached, as behind a circle of links, is not there for the
/// official scorer either.
bool is_there(const std::filesystem::path& path);

/// `traj_labs_fov_F.txt` of a reference's experiment.
std::filesystem::path truth_labels(const std::filesystem::path& experiment, std::size_t fov);
/// `fov_F.txt` of a submission's experiment.
std::filesystem::path submission_labels(const std::filesystem::path& experiment, std::size_t fov);
/// `ensemble_labels.txt` of an experiment.
std::filesystem::path ensemble_labels(const std::filesystem::path& experiment);
/// `ens_labs_fov_F.txt` of a reference's experiment: the ensemble labels of one field of view.
std::filesystem::path ensemble_of_fov(const std::filesystem::path& experiment, std::size_t fov);
/// `vip_idx_fov_F.txt` of a reference's experiment of track 1.
std::filesystem::path vip(const std::filesystem::path& experiment, std::size_t fov);
/// `videos_fov_F.tiff` of an experiment of track 1.
std::filesystem::path video(const std::filesystem::path& experiment, std::size_t fov);
/// `trajs_fov_F.csv` of an experiment.
std::filesystem::path trajectories(const std::filesystem::path& experiment, std::size_t fov);

}  // namespace an::io
