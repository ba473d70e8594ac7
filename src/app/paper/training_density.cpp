// SPDX-License-Identifier: MIT
#include "app/paper/training_density.hpp"

#include <algorithm>

#include "app/items/json_file.hpp"
#include "app/paper/frame_tally.hpp"
#include "app/simulate/simulate_plan.hpp"
#include "io/atomic_file.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;
using simulation::ModelKind;

namespace {

void count(const simulation::FovTrajectory& trajectory, TrainingDensity::Counts& counts) {
  for (std::size_t s = 0; s < trajectory.segments.size(); ++s) {
    const simulation::Segment& segment = trajectory.segments[s];
    const bool last = s + 1 == trajectory.segments.size();
    const auto frames =
        static_cast<std::int64_t>((last ? trajectory.size() : trajectory.segments[s + 1].begin) - segment.begin);
    counts.alpha[report::bin_on(alpha_axis, segment.alpha, TrainingDensity::bins)] += frames;
    counts.k[report::bin_on(k_axis, segment.k, TrainingDensity::bins)] += frames;
  }
}

void write_densities(const fs::path& file, const TrainingDensity& density, const std::vector<std::string>& problems) {
  Json json{{"schema", 1}, {"complete", true}, {"problems", problems}, {"models", Json::object()}};
  for (std::size_t m = 0; m < density.models.size(); ++m)
    json["models"][std::string(simulation::model_name(static_cast<ModelKind>(m)))] = {
        {"alpha", density.models[m].alpha}, {"k", density.models[m].k}};
  io::write_file_atomically(file, json.dump() + "\n");
}

}  // namespace

ItemOutcome count_densities(const Config& config, const fs::path& file, const parallel::Communicator& world,
                            Progress& progress) {
  const SimulatePlan plan = make_simulate_plan(config, {}, false);
  const auto fovs = static_cast<std::size_t>(plan.config.fovs);
  std::vector<double> costs;
  for (const PlannedSimulation& experiment : plan.experiments)
    costs.push_back(expected_cost(experiment.parameters, false));
  std::vector<TrainingDensity::Counts> mine(plan.experiments.size());
  ItemOutcome outcome =
      do_items(world, progress, costs,
               {"training data", "experiments", {}, [&](std::size_t experiment) -> std::uint64_t {
                  for (std::size_t fov = 0; fov < fovs; ++fov)
                    for (const auto& trajectory : simulate_item(plan, experiment * fovs + fov).fov.trajectories)
                      count(trajectory, mine[experiment]);
                  return 0;
                }});
  TrainingDensity density;
  if (outcome.stopped) return outcome;
  parallel::for_each_in_order(
      world, outcome.owner,
      [&](std::size_t item) {
        ByteWriter writer;
        writer.put(mine[item]);
        return writer.take();
      },
      [&](std::size_t item, std::span<const std::byte> bytes) {
        const auto counts = ByteReader(bytes).take<TrainingDensity::Counts>();
        TrainingDensity::Counts& sum =
            density.models[static_cast<std::size_t>(plan.experiments[item].parameters.model)];
        for (std::size_t b = 0; b < TrainingDensity::bins; ++b) {
          sum.alpha[b] += counts.alpha[b];
          sum.k[b] += counts.k[b];
        }
      });
  if (world.is_root()) write_densities(file, density, outcome.failures);
  world.barrier();
  return outcome;
}

TrainingDensity read_densities(const fs::path& file) {
  return use_json(file, [](const Json& json) {
    TrainingDensity density;
    for (std::size_t m = 0; m < density.models.size(); ++m) {
      const Json& model = json.at("models").at(std::string(simulation::model_name(static_cast<ModelKind>(m))));
      std::ranges::copy(report::counts_of(model.at("alpha"), TrainingDensity::bins), density.models[m].alpha.begin());
      std::ranges::copy(report::counts_of(model.at("k"), TrainingDensity::bins), density.models[m].k.begin());
    }
    return density;
  });
}

}  // namespace an::app
