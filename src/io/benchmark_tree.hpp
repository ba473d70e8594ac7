// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace an::io {

/// An experiment's folder in a reference tree.
struct ExperimentFolder {
  int number;
  std::filesystem::path folder;
  std::size_t fovs;  ///< fields of view, numbered from 0
};

/// The experiments of a reference's `track_T` folder as the official scorer finds them: entries whose names do not start with '.'
/// or '_', sorted as strings; the number is the first run of digits of the name and the folder `exp_<number>` (whatever the name);
/// an experiment has as many fields of view as entries that start with `traj_labs_`.
/// \throws InputError for entries without digits, missing folders, and an experiment without labels; all of them
std::vector<ExperimentFolder> list_reference_experiments(const std::filesystem::path& track_folder);

/// Names of the files of a field of view in an experiment's folder.
std::filesystem::path truth_labels(const std::filesystem::path& experiment, std::size_t fov);
std::filesystem::path submission_labels(const std::filesystem::path& experiment, std::size_t fov);
std::filesystem::path vip(const std::filesystem::path& experiment, std::size_t fov);
std::filesystem::path trajectories(const std::filesystem::path& experiment, std::size_t fov);
std::filesystem::path ensemble_of_fov(const std::filesystem::path& experiment, std::size_t fov);
/// The ensemble file of an experiment, of references and submissions alike.
std::filesystem::path ensemble_labels(const std::filesystem::path& experiment);

}  // namespace an::io
