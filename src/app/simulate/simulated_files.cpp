// SPDX-License-Identifier: MIT
#include "app/simulate/simulated_files.hpp"

#include <fmt/format.h>

#include <array>
#include <numeric>
#include <system_error>

#include "app/items/item_work.hpp"
#include "app/simulate/simulated_text.hpp"
#include "core/error.hpp"
#include "io/array_file.hpp"
#include "io/atomic_file.hpp"
#include "io/benchmark_tree.hpp"
#include "io/ensemble_file.hpp"
#include "io/tiff_video.hpp"
#include "io/vip_file.hpp"

namespace an::app {

namespace fs = std::filesystem;
using simulation::SimulatedFov;

namespace {

std::vector<int> tracks_of(const SimulatePlan& plan) {
  return plan.config.videos ? std::vector<int>{1, 2} : std::vector<int>{2};
}

fs::path experiment_folder(const fs::path& output, const char* tree, int track, std::uint32_t experiment) {
  return output / tree / fmt::format("track_{}", track) / fmt::format("exp_{}", experiment);
}

}  // namespace

FovFiles::FovFiles(const SimulatePlan& plan, const fs::path& output, std::size_t item)
    : plan_(plan), output_(output), item_(item) {}

fs::path FovFiles::in_experiment(const char* tree, int track) const {
  return experiment_folder(output_, tree, track, plan_.experiment_of(item_).number);
}

std::vector<fs::path> FovFiles::paths() const {
  const std::uint32_t fov = plan_.fov_of(item_);
  std::vector<fs::path> all{io::trajectories(in_experiment("public", 2), fov)};
  for (const int track : tracks_of(plan_)) {
    const fs::path folder = in_experiment("ref", track);
    all.insert(all.end(),
               {io::trajectories(folder, fov), io::ensemble_of_fov(folder, fov), io::truth_labels(folder, fov)});
    if (plan_.config.vips > 0) all.push_back(io::vip(folder, fov));
  }
  if (plan_.config.videos)
    for (const char* tree : {"public", "ref"}) all.push_back(io::video(in_experiment(tree, 1), fov));
  if (plan_.raw)
    all.push_back(output_ / "raw" / fmt::format("exp_{}_fov_{}.h5", plan_.experiment_of(item_).number, fov));
  return all;
}

fs::path FovFiles::vips() const { return io::vip(in_experiment("ref", 1), plan_.fov_of(item_)); }

std::uint64_t FovFiles::write_track(int track, const SimulatedFov& made) const {
  const std::uint32_t fov = plan_.fov_of(item_);
  const fs::path folder = in_experiment("ref", track);
  const bool whole_indices = plan_.config.vips > 0;
  const std::string trajectories = trajectory_text(made.fov, true, whole_indices);
  const std::string labels = label_text(made.fov);
  const simulation::ModelParameters& parameters = plan_.experiment_of(item_).parameters;
  const std::string ensemble =
      io::format_ensemble(ensemble_of(parameters, made.fov), simulation::model_name(parameters.model));
  std::uint64_t bytes = trajectories.size() + labels.size() + ensemble.size();
  io::write_file_atomically(io::trajectories(folder, fov), trajectories);
  io::write_file_atomically(io::ensemble_of_fov(folder, fov), ensemble);
  if (plan_.config.vips > 0) {
    std::vector<std::int64_t> vips(made.fov.vips);
    std::iota(vips.begin(), vips.end(), std::int64_t{0});
    io::write_vips(io::vip(folder, fov), vips);
  }
  if (track == 2) {
    const std::string text = trajectory_text(made.fov, false, whole_indices);
    bytes += text.size();
    io::write_file_atomically(io::trajectories(in_experiment("public", 2), fov), text);
  }
  io::write_file_atomically(io::truth_labels(folder, fov), labels);
  return bytes;
}

std::uint64_t FovFiles::write_videos(const SimulatedFov& made) const {
  const PlannedSimulation& experiment = plan_.experiment_of(item_);
  const simulation::Video video =
      simulation::render_video(made.clean, plan_.config.fov.side, experiment.parameters.frames, plan_.video,
                               {plan_.config.seed, experiment.number, plan_.fov_of(item_), 0, RandomStream::video});
  const fs::path path = io::video(in_experiment("public", 1), plan_.fov_of(item_));
  io::write_tiff_video(path, video.pages, video.side, video.side);
  // The reference holds the same file once more: as a second name of it, where the file system has such.
  const fs::path again = io::video(in_experiment("ref", 1), plan_.fov_of(item_));
  std::error_code refused;
  fs::remove(again, refused);
  fs::create_hard_link(path, again, refused);
  if (refused) io::write_tiff_video(again, video.pages, video.side, video.side);
  return fs::file_size(path);
}

void FovFiles::write_raw(const SimulatedFov& made) const {
  const simulation::BoxPaths& box = made.box;
  std::vector<double> positions, labels;
  positions.reserve(box.positions.size());
  labels.reserve(4 * box.codes.size());
  for (std::size_t t = 0; t < box.frames; ++t)
    for (std::size_t particle = 0; particle < box.particles; ++particle) {
      for (std::size_t axis = 0; axis < box.axes; ++axis) positions.push_back(box.path(particle, axis)[t]);
      const simulation::LabelValue& value = box.values[box.labels(particle)[t]];
      labels.insert(labels.end(),
                    {value.alpha, value.k, static_cast<double>(value.state), static_cast<double>(value.number)});
    }
  io::ArrayFile file(output_ / "raw" /
                     fmt::format("exp_{}_fov_{}.h5", plan_.experiment_of(item_).number, plan_.fov_of(item_)));
  file.add("positions", positions, std::array<std::uint64_t, 3>{box.frames, box.particles, box.axes});
  file.add("labels", labels, std::array<std::uint64_t, 3>{box.frames, box.particles, 4});
  file.set_attribute("fov_origin", std::array{made.fov.origin.x, made.fov.origin.y});
  file.commit();
}

// What to know of a field of view that is not wholly in its box; nothing of others.
std::string FovFiles::where_it_lies(const SimulatedFov& made) const {
  const auto [x, y] = made.fov.origin;
  const double side = plan_.config.fov.side;
  const double box = plan_.experiment_of(item_).parameters.box;
  if (std::max(x, y) + side <= box) return {};
  return fmt::format(
      " (it lies at ({}, {}) and ends outside of the box of {} px; faithful.fov_in_default_box = false places it "
      "inside)",
      x, y, box);
}

std::uint64_t FovFiles::write() const {
  const SimulatedFov made = simulate_item(plan_, item_);
  if (plan_.raw) write_raw(made);
  if (made.fov.trajectories.empty()) throw NothingToWrite(name_of(plan_, item_) + where_it_lies(made));
  std::uint64_t bytes = 0;
  if (plan_.config.videos) bytes += write_videos(made);
  for (const int track : tracks_of(plan_)) bytes += write_track(track, made);
  return bytes;
}

void make_simulated_folders(const SimulatePlan& plan, const fs::path& output) {
  for (const PlannedSimulation& experiment : plan.experiments)
    for (const int track : tracks_of(plan))
      for (const char* tree : {"public", "ref"})
        io::make_folder(experiment_folder(output, tree, track, experiment.number));
  if (plan.raw) io::make_folder(output / "raw");
}

void write_experiment_ensemble(const SimulatePlan& plan, const fs::path& output, std::size_t experiment) {
  const PlannedSimulation& planned = plan.experiments[experiment];
  for (const int track : tracks_of(plan)) {
    const fs::path folder = experiment_folder(output, "ref", track, planned.number);
    EnsembleLabels all;
    for (std::size_t fov = 0; fov < static_cast<std::size_t>(plan.config.fovs); ++fov) {
      const fs::path path = io::ensemble_of_fov(folder, fov);
      if (!fs::exists(path)) continue;  // a field of view without trajectories
      const io::EnsembleFile file = io::read_ensemble(path);
      if (!file.labels) throw InputError(path, "not the ensemble labels this program writes");
      const std::vector<double> before = all.weight;
      all = *file.labels;
      for (std::size_t state = 0; state < before.size(); ++state) all.weight[state] += before[state];
    }
    const double sum = std::accumulate(all.weight.begin(), all.weight.end(), 0.0);
    if (all.states() == 1)
      all.weight = {1.0};
    else if (sum > 0)
      for (double& weight : all.weight) weight /= sum;
    if (all.states() > 0)
      io::write_ensemble(io::ensemble_labels(folder), all, simulation::model_name(planned.parameters.model));
  }
}

}  // namespace an::app
