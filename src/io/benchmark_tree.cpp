// SPDX-License-Identifier: MIT
#include "io/benchmark_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

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

InputProblem no_label_files(const fs::path& folder) {
  return {folder, 0, 0,
          "no label files (expected traj_labs_fov_0.txt, …)" + stops_official_scorer("UnboundLocalError")};
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
  if (found.fovs == 0) problems.push_back(no_label_files(found.folder));
  return found;
}

// The entries that the official scorer takes for experiments, in its order.
std::vector<std::string> entries_of(const fs::path& track_folder) {
  std::vector<std::string> names = names_in(track_folder);
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.') || name.starts_with('_'); });
  std::sort(names.begin(), names.end());
  return names;
}

// Up to the last label file; what else the official scorer counts as one is a defect.
std::size_t usable_fovs(const fs::path& folder, std::vector<TreeDefect>& defects) {
  std::vector<std::string> names = names_in(folder);
  std::sort(names.begin(), names.end());
  std::size_t fovs = 0;
  for (const std::string& name : names) {
    if (!name.starts_with("traj_labs_")) continue;
    const std::optional<std::size_t> fov = numbered(name, "traj_labs_fov_", ".txt");
    if (fov && *fov < names.size() + most_missing_fovs)
      fovs = std::max(fovs, *fov + 1);
    else
      defects.push_back({{folder / name, 0, 0,
                          "is not the labels of a field of view (expected traj_labs_fov_0.txt, …): left out [the "
                          "official scorer counts it as one more]"},
                         fov ? "the field of view" : "none"});
  }
  return fovs;
}

void add_usable_experiment(const fs::path& track_folder, const std::string& name, UsableTrack& track) {
  const fs::path entry = track_folder / name;
  const bool is_folder = fs::is_directory(entry);
  std::vector<InputProblem> problems;
  std::optional<ExperimentFolder> found = find_experiment(track_folder, name, problems);
  const std::optional<std::size_t> number = numbered(first_number(name), "", "");
  const auto has_the_number = [&](const ExperimentFolder& e) { return static_cast<std::size_t>(e.number) == *number; };
  if (!found && is_folder && number && std::ranges::none_of(track.experiments, has_the_number))
    found = {static_cast<int>(*number), entry, 0};
  if (found) {
    found->fovs = usable_fovs(found->folder, track.defects);
    if (found->fovs == 0 && problems.empty()) problems.push_back(no_label_files(found->folder));
    if (found->fovs == 0) found.reset();
  }
  for (InputProblem& problem : problems) {
    problem.what += found ? fmt::format("; scored as experiment {}", found->number) : "; left out";
    track.defects.push_back({std::move(problem), found || !is_folder ? "none" : "the whole folder"});
  }
  if (found) track.experiments.push_back(std::move(*found));
}

}  // namespace

std::vector<ExperimentFolder> list_reference_experiments(const fs::path& track_folder) {
  std::vector<ExperimentFolder> experiments;
  std::vector<InputProblem> problems;
  for (const std::string& name : entries_of(track_folder))
    if (std::optional<ExperimentFolder> found = find_experiment(track_folder, name, problems))
      experiments.push_back(std::move(*found));
  if (!problems.empty()) throw InputError(std::move(problems));
  if (experiments.empty()) throw InputError(track_folder, "holds no experiments (expected exp_0, exp_1, …)");
  return experiments;
}

UsableTrack list_usable_experiments(const fs::path& track_folder) {
  UsableTrack track;
  for (const std::string& name : entries_of(track_folder)) add_usable_experiment(track_folder, name, track);
  if (!track.experiments.empty()) return track;
  std::vector<InputProblem> problems{{track_folder, 0, 0, "holds no experiments (expected exp_0, exp_1, …)"}};
  for (TreeDefect& defect : track.defects) problems.push_back(std::move(defect.problem));
  throw InputError(std::move(problems));
}

std::optional<std::size_t> numbered(const std::string& name, std::string_view stem, std::string_view ending) {
  if (!name.starts_with(stem) || !name.ends_with(ending) || name.size() <= stem.size() + ending.size())
    return std::nullopt;
  const char* const first = name.data() + stem.size();
  const char* const last = name.data() + name.size() - ending.size();
  int number = 0;
  const auto [end, error] = std::from_chars(first, last, number);
  if (error != std::errc() || end != last || *first == '-' || (*first == '0' && last - first > 1)) return std::nullopt;
  return static_cast<std::size_t>(number);
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
