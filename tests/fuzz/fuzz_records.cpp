// SPDX-License-Identifier: MIT
#include <array>
#include <functional>

#include "app/items/output_folder.hpp"
#include "app/paper/frame_study.hpp"
#include "app/paper/training_density.hpp"
#include "app/predict/prediction_files.hpp"
#include "app/report/worst_fovs.hpp"
#include "app/run/run_scores.hpp"
#include "app/scaling/scaling_records.hpp"
#include "app/track/tracked_trajectories.hpp"
#include "core/error.hpp"
#include "report/figures.hpp"
#include "same_values.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace an;
namespace fs = std::filesystem;

// A file is read, or refused in words.
void attempt(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError&) {
  } catch (const ConfigError&) {  // a folder of another run
  }
}

// What was read is written and read back the same.
void read_sums(const fs::path& file, const fs::path& again) {
  const segmentation::PopulationSums sums = app::read_sums(file, 2);
  app::write_sums(again, sums);
  const segmentation::PopulationSums same = app::read_sums(again, 2);
  fuzz::require(same.weight == sums.weight && same.alpha == sums.alpha && same.frames == sums.frames);
}

void read_shares(const fs::path& file, const fs::path& again) {
  const segmentation::BeliefShares shares = app::read_shares(file);
  app::write_shares(again, shares);
  fuzz::require(fuzz::same_value(app::read_shares(again).value, shares.value));
}

// What inference takes for granted of a model.
void read_model(const fs::path& file) {
  const segmentation::ExperimentModel model = app::read_model(file);
  const std::size_t states = model.states.size();
  fuzz::require(states > 0 && model.dynamics.start.size() == states && model.dynamics.change.size() == states * states);
  fuzz::require(model.dimer.value_or(0) < states && model.confined.value_or(0) < states);
  fuzz::require(!phenomenon_name(model.phenomenon).empty());
}

void read_worst(const fs::path& file) {
  for (const app::WorstFov& fov : app::read_worst_fovs(file)) {
    report::trajectories_svg(fov.truth, report::view_of(fov.truth));
    report::trajectories_svg(fov.prediction, report::view_of(fov.truth));
  }
}

}  // namespace

// Every reader of the records that commands leave for each other and for themselves, on the same file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  folder.clear();
  const fs::path file = folder.add("simulation.json", {reinterpret_cast<const char*>(data), size});
  const fs::path again = folder.path() / "again" / "again.json";
  create_directories(again.parent_path());
  folder.add("simulation.csv", "traj_idx,frame,x,y\n0,0,1,2\n0,1,1,2\n1,0,3,4\n");
  attempt([&] { read_sums(file, again); });
  attempt([&] { read_shares(file, again); });
  attempt([&] { read_model(file); });
  attempt([&] {
    std::vector<segmentation::ChainSegment> segments;
    app::read_segment_list(file, segments);
    if (!segments.empty())
      fuzz::require(describe_clusters(segments, segmentation::cluster_by_spread(segments)).size() <= 3);
  });
  attempt([&] {
    const std::vector<report::DrawnTrajectory> trajectories = app::read_shown_fov(file).trajectories;
    report::trajectories_svg(trajectories, report::view_of(trajectories));
  });
  attempt([&] { read_worst(file); });
  attempt([&] { app::read_frame_study(file); });
  attempt([&] { app::read_densities(file); });
  attempt([&] { fuzz::require(app::read_tracked_fov(file).vips.value_or(std::vector<std::size_t>{}).size() <= 2); });
  attempt([&] { app::read_run_times(std::array{folder.path(), folder.path()}); });
  attempt([&] { app::claim_output(folder.path(), "simulation.json", {{"seed", 1}}, true, "data"); });
  return 0;
}
