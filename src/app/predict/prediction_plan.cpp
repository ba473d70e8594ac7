// SPDX-License-Identifier: MIT
#include "app/predict/prediction_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "io/benchmark_tree.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

// Throws where zeros lead the number: the submission's names have none, and it would not be found by them.
std::optional<int> number_in(const fs::path& path, std::string_view stem, std::string_view ending) {
  std::string name = path.filename().string();
  if (const auto number = io::numbered(name, stem, ending)) return static_cast<int>(*number);
  while (name.starts_with(std::string(stem) + "0")) {
    name.erase(stem.size(), 1);
    if (io::numbered(name, stem, ending)) throw InputError(path, fmt::format("has a leading zero (expected {})", name));
  }
  return std::nullopt;
}

std::optional<int> fov_number(int track, const fs::path& file) {
  if (track == 2) return number_in(file, "trajs_fov_", ".csv");
  if (const auto number = number_in(file, "videos_fov_", ".tiff")) return number;
  return number_in(file, "videos_fov_", ".tif");
}

std::optional<int> experiment_number(const fs::directory_entry& entry) {
  return entry.is_directory() ? number_in(entry.path(), "exp_", "") : std::nullopt;
}

// What has a number in a folder, by that number.
std::map<int, fs::path> numbered_in(const fs::path& folder,
                                    const std::function<std::optional<int>(const fs::directory_entry&)>& number_of) {
  std::map<int, fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::optional<int> number = number_of(entry);
    if (!number) continue;
    const auto [same, is_new] = found.emplace(*number, entry.path());
    if (is_new) continue;
    const auto [first, second] = std::minmax(same->second, entry.path());
    throw InputError(second, fmt::format("has the same number as {} (expected one of them)", first.string()));
  }
  return found;
}

}  // namespace

PredictionPlan find_public_data(const fs::path& input, int only) {
  PredictionPlan plan;
  std::error_code error;
  for (const int track : {1, 2}) {
    const fs::path folder = input / fmt::format("track_{}", track);
    if ((only != 0 && track != only) || !fs::is_directory(folder, error)) continue;
    for (const auto& [number, experiment_folder] : numbered_in(folder, experiment_number)) {
      const std::map<int, fs::path> fovs = numbered_in(
          experiment_folder, [&](const fs::directory_entry& entry) { return fov_number(track, entry.path()); });
      if (fovs.empty()) continue;
      PredictedExperiment experiment{track, number, fmt::format("track_{}/exp_{}", track, number), {}};
      for (const auto& [fov, path] : fovs) {
        experiment.fovs.push_back(plan.fovs.size());
        const auto size = static_cast<double>(fs::file_size(path, error));
        plan.fovs.push_back({plan.experiments.size(), static_cast<std::size_t>(fov), path, error ? 1.0 : size});
      }
      plan.experiments.push_back(std::move(experiment));
    }
  }
  constexpr std::array examples{"track_2/exp_1/trajs_fov_0.csv or track_1/exp_1/videos_fov_0.tiff",
                                "track_1/exp_1/videos_fov_0.tiff", "track_2/exp_1/trajs_fov_0.csv"};
  if (plan.fovs.empty())
    throw InputError(input, fmt::format("holds no data (expected {}, …)", examples.at(static_cast<std::size_t>(only))));
  return plan;
}

void pack(ByteWriter& writer, const PredictionPlan& plan) {
  writer.put(plan.experiments.size());
  for (const PredictedExperiment& e : plan.experiments) {
    writer.put(e.track);
    writer.put(e.number);
    writer.put(e.place.string());
    writer.put(e.fovs);
  }
  writer.put(plan.fovs.size());
  for (const PlannedFov& fov : plan.fovs) {
    writer.put(fov.experiment);
    writer.put(fov.number);
    writer.put(fov.input.string());
    writer.put(fov.cost);
  }
}

void unpack(ByteReader& reader, PredictionPlan& plan) {
  plan.experiments.resize(reader.take<std::size_t>());
  for (PredictedExperiment& e : plan.experiments) {
    e.track = reader.take<int>();
    e.number = reader.take<int>();
    e.place = reader.take_string();
    e.fovs = reader.take_vector<std::size_t>();
  }
  plan.fovs.resize(reader.take<std::size_t>());
  for (PlannedFov& fov : plan.fovs) {
    fov.experiment = reader.take<std::size_t>();
    fov.number = reader.take<std::size_t>();
    fov.input = reader.take_string();
    fov.cost = reader.take<double>();
  }
}

}  // namespace an::app
