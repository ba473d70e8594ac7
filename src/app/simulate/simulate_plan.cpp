// SPDX-License-Identifier: MIT
#include "app/simulate/simulate_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace an::app {

namespace {

constexpr std::size_t shards_from = 2000;  // fields of view
constexpr std::uint64_t most_experiments = 1U << 24U;

}  // namespace

SimulatePlan make_simulate_plan(const Config& config, const std::vector<std::uint32_t>& only, bool raw) {
  if (config.experiments.empty())
    throw ConfigError(
        "simulate: no [[experiment]] in the configuration (--config FILE or --params FILE; see configs/)");
  SimulatePlan plan;
  plan.config = config.simulate;
  plan.video = config.video;
  plan.raw = raw;
  std::uint64_t number = static_cast<std::uint64_t>(config.simulate.first_experiment);
  for (std::size_t s = 0; s < config.experiments.size(); ++s)
    for (std::uint32_t i = 0; i < config.experiments[s].repeat; ++i, ++number) {
      if (number >= most_experiments) throw ConfigError("simulate: more than 16777215 experiments");
      const auto experiment = static_cast<std::uint32_t>(number);
      if (!only.empty() && std::find(only.begin(), only.end(), experiment) == only.end()) continue;
      plan.experiments.push_back(
          {experiment, s,
           simulation::draw_experiment(config.experiments[s], static_cast<std::size_t>(config.simulate.frames),
                                       config.faithful, config.simulate.seed, experiment)});
    }
  for (const std::uint32_t wanted : only)
    if (std::none_of(plan.experiments.begin(), plan.experiments.end(),
                     [&](const PlannedSimulation& planned) { return planned.number == wanted; }))
      throw ConfigError(fmt::format("--experiments: there is no experiment {} (they are numbered {} to {})", wanted,
                                    config.simulate.first_experiment, number - 1));
  const bool beside_text = plan.config.videos || raw;
  const bool has_z = std::any_of(plan.experiments.begin(), plan.experiments.end(),
                                 [](const PlannedSimulation& planned) { return planned.parameters.axes > 2; });
  const bool goes_in_shards = plan.fovs() >= shards_from && !beside_text && !has_z;
  plan.as_shards =
      config.simulate.format == DataFormat::hdf5 || (config.simulate.format == DataFormat::automatic && goes_in_shards);
  if (plan.as_shards && beside_text)
    throw ConfigError(
        "simulate: videos and --raw are written beside the challenge's files only (simulate.format = \"text\")");
  if (plan.as_shards && has_z)
    throw ConfigError(
        "simulate: HDF5 files hold x and y, not the z of experiments of three dimensions (expected simulate.format = "
        "\"text\")");
  if (plan.config.videos && plan.config.fov.side > 4096)
    throw ConfigError(fmt::format("simulate.fov_side: {} px (expected at most 4096 for videos)", plan.config.fov.side));
  if (plan.config.videos && plan.config.vips < 2)
    throw ConfigError(
        "simulate.videos: videos label VIPs, of which the official scorer needs two (expected simulate.vips of at "
        "least 2)");
  return plan;
}

double expected_cost(const simulation::ModelParameters& parameters, bool video) {
  const double video_cost = video ? 200.0 * static_cast<double>(parameters.frames) : 0;
  return static_cast<double>(parameters.particles * parameters.frames) + video_cost;
}

std::string name_of(const SimulatePlan& plan, std::size_t item) {
  return fmt::format("field of view {} of experiment {}", plan.fov_of(item), plan.experiment_of(item).number);
}

simulation::SimulatedFov simulate_item(const SimulatePlan& plan, std::size_t item) {
  const PlannedSimulation& experiment = plan.experiment_of(item);
  try {
    return simulation::simulate_fov(experiment.parameters, plan.config.fov, static_cast<std::size_t>(plan.config.vips),
                                    plan.config.seed, experiment.number, plan.fov_of(item));
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", name_of(plan, item), error.what()));
  }
}

}  // namespace an::app
