// SPDX-License-Identifier: MIT
#include "io/benchmark_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.hpp"

namespace an::io {

namespace fs = std::filesystem;

namespace {

std::string stops_official_scorer(std::string_view exception) {
  return fmt::format(" [the official scorer stops here: {}]", exception);
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
  } catch (const fs::filesystem_error& error) {
    const bool missing = error.code() == std::errc::no_such_file_or_directory;
    const bool file = error.code() == std::errc::not_a_directory;
    const char* const exception = missing ? "FileNotFoundError" : file ? "NotADirectoryError" : "OSError";
    throw InputError(folder, (missing ? "no such folder" : "cannot be read: " + error.code().message()) +
                                 stops_official_scorer(exception));
  }
  return names;
}

// The first run of digits, without leading zeros; empty if there are none.
std::string first_number(const std::string& name) {
  const std::size_t begin = name.find_first_of("0123456789");
  if (begin == std::string::npos) return {};
  std::string digits = name.substr(begin, name.find_first_not_of("0123456789", begin) - begin);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return digits;
}

std::optional<ExperimentFolder> find_experiment(const fs::path& track_folder, const std::string& name,
                                                std::vector<InputProblem>& problems) {
  const std::string digits = first_number(name);
  if (digits.empty()) {
    problems.push_back({track_folder / name, 0, 0,
                        "no number in the name (expected exp_0, exp_1, …): move it away" +
                            stops_official_scorer("IndexError: list index out of range")});
    return std::nullopt;
  }
  ExperimentFolder found{0, track_folder / ("exp_" + digits), 0};
  const bool small = std::from_chars(digits.data(), digits.data() + digits.size(), found.number).ec == std::errc();
  if (!small || !fs::is_directory(found.folder)) {
    problems.push_back({track_folder / name, 0, 0,
                        fmt::format("is taken for experiment {}, but there is no folder {}: rename it or move it away",
                                    digits, found.folder.string()) +
                            stops_official_scorer("FileNotFoundError")});
    return std::nullopt;
  }
  const std::vector<std::string> files = names_in(found.folder);
  found.fovs = static_cast<std::size_t>(std::count_if(
      files.begin(), files.end(), [](const std::string& file) { return file.starts_with("traj_labs_"); }));
  if (found.fovs == 0)
    problems.push_back(
        {found.folder, 0, 0,
         "no label files (expected traj_labs_fov_0.txt, …)" + stops_official_scorer("UnboundLocalError")});
  return found;
}

}  // namespace

std::vector<ExperimentFolder> list_reference_experiments(const fs::path& track_folder) {
  std::vector<std::string> names = names_in(track_folder);
  std::sort(names.begin(), names.end());
  std::vector<ExperimentFolder> experiments;
  std::vector<InputProblem> problems;
  for (const std::string& name : names) {
    if (name.starts_with('.') || name.starts_with('_')) continue;
    if (std::optional<ExperimentFolder> found = find_experiment(track_folder, name, problems))
      experiments.push_back(std::move(*found));
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  if (experiments.empty()) throw InputError(track_folder, "holds no experiments (expected exp_0, exp_1, …)");
  return experiments;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

fs::path truth_labels(const fs::path& experiment, std::size_t fov) {
  return experiment / fmt::format("traj_labs_fov_{}.txt", fov);
}
fs::path submission_labels(const fs::path& experiment, std::size_t fov) {
  return experiment / fmt::format("fov_{}.txt", fov);
}
fs::path ensemble_labels(const fs::path& experiment) { return experiment / "ensemble_labels.txt"; }
fs::path ensemble_of_fov(const fs::path& experiment, std::size_t fov) {
  return experiment / fmt::format("ens_labs_fov_{}.txt", fov);
}
fs::path vip(const fs::path& experiment, std::size_t fov) {
  return experiment / fmt::format("vip_idx_fov_{}.txt", fov);
}
fs::path video(const fs::path& experiment, std::size_t fov) {
  return experiment / fmt::format("videos_fov_{}.tiff", fov);
}

fs::path trajectories(const fs::path& experiment, std::size_t fov) {
  return experiment / fmt::format("trajs_fov_{}.csv", fov);
}

}  // namespace an::io
