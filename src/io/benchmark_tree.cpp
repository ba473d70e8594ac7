// SPDX-License-Identifier: MIT
#include "io/benchmark_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "core/error.hpp"

namespace an::io {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> visible_entries(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && !name.starts_with('_')) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::size_t count_label_files(const fs::path& folder) {
  return static_cast<std::size_t>(std::count_if(fs::directory_iterator(folder), fs::directory_iterator(), [](const auto& entry) {
    return entry.path().filename().string().starts_with("traj_labs_");
  }));
}

fs::path numbered(const fs::path& folder, std::string_view stem, std::size_t fov, std::string_view ending) {
  return folder / fmt::format("{}{}{}", stem, fov, ending);
}

}  // namespace

std::vector<ExperimentFolder> list_reference_experiments(const fs::path& track_folder) {
  std::vector<ExperimentFolder> experiments;
  std::vector<InputProblem> problems;
  for (const std::string& name : visible_entries(track_folder)) {
    const std::size_t digit = name.find_first_of("0123456789");
    int number = 0;
    if (digit == std::string::npos ||
        std::from_chars(name.data() + digit, name.data() + name.size(), number).ec != std::errc()) {
      problems.push_back({track_folder / name, 0, 0,
                          "no experiment's number in the name (expected exp_0, exp_1, ...; move it away) [the official scorer stops "
                          "here: IndexError: list index out of range]"});
      continue;
    }
    const fs::path folder = track_folder / fmt::format("exp_{}", number);
    if (!fs::is_directory(folder)) {
      problems.push_back({track_folder / name, 0, 0,
                          fmt::format("taken for experiment {}, but there is no folder {} [the official scorer stops here: "
                                      "FileNotFoundError]", number, folder.string())});
      continue;
    }
    const std::size_t fovs = count_label_files(folder);
    if (fovs == 0)
      problems.push_back({folder, 0, 0,
                          "no traj_labs_fov_*.txt in it (expected one for each field of view) [the official scorer stops here: "
                          "UnboundLocalError]"});
    experiments.push_back({number, folder, fovs});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  return experiments;
}

fs::path truth_labels(const fs::path& experiment, std::size_t fov) { return numbered(experiment, "traj_labs_fov_", fov, ".txt"); }
fs::path submission_labels(const fs::path& experiment, std::size_t fov) { return numbered(experiment, "fov_", fov, ".txt"); }
fs::path vip(const fs::path& experiment, std::size_t fov) { return numbered(experiment, "vip_idx_fov_", fov, ".txt"); }
fs::path trajectories(const fs::path& experiment, std::size_t fov) { return numbered(experiment, "trajs_fov_", fov, ".csv"); }
fs::path ensemble_of_fov(const fs::path& experiment, std::size_t fov) { return numbered(experiment, "ens_labs_fov_", fov, ".txt"); }
fs::path ensemble_labels(const fs::path& experiment) { return experiment / "ensemble_labels.txt"; }

}  // namespace an::io
