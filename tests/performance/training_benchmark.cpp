// SPDX-License-Identifier: MIT
// Trajectories a second of the data that networks learn from, by stage: the simulation alone, features and targets
// alone, and batches as training gets them, from one thread. usage: training_benchmark [--benchmark_…]
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/settings/config.hpp"
#include "network/training_data.hpp"

namespace {

using namespace an;
using namespace an::network;

constexpr std::size_t rows = 256;

const TrainingSet& training_set() {
  static const TrainingSet set = [] {
    const std::filesystem::path file = std::filesystem::path(AN_CONFIGS) / "train_default.toml";
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    app::Config config;
    app::apply_toml(config, text.str(), file.string());
    TrainingSet out;
    out.specs = config.experiments;
    return out;
  }();
  return set;
}

// Of one model, or all.
TrainingSet set_of(std::int64_t model) {
  TrainingSet set = training_set();
  if (model < 0) return set;
  std::erase_if(set.specs, [&](const auto& spec) { return static_cast<std::int64_t>(spec.model) != model; });
  return set;
}

void simulate(benchmark::State& state) {
  const TrainingSet set = set_of(state.range(0));
  if (state.range(0) >= 0)
    state.SetLabel(std::string(simulation::model_name(static_cast<simulation::ModelKind>(state.range(0)))));
  std::uint64_t group = 0;
  for (auto _ : state) benchmark::DoNotOptimize(draw_group(set, group++, rows));
  state.SetItemsProcessed(static_cast<std::int64_t>(group * rows));
}

void features(benchmark::State& state) {
  constexpr std::uint64_t many = 100;
  std::vector<TrainingGroup> groups;
  for (std::uint64_t group = 0; group < many; ++group) groups.push_back(draw_group(training_set(), group, rows));
  std::uint64_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(make_tiles(groups[next++ % many], {}));
  state.SetItemsProcessed(static_cast<std::int64_t>(next * rows));
}

void batches(benchmark::State& state) {
  TrainingStream stream(training_set(), {});
  TrainingTiles batch;
  std::int64_t trajectories = 0;
  for (auto _ : state) {
    stream.next(batch);
    trajectories += static_cast<std::int64_t>(batch.tiles * batch.shape.rows);
  }
  state.SetItemsProcessed(trajectories);
}

}  // namespace

BENCHMARK(simulate)->DenseRange(-1, 4)->Unit(benchmark::kMillisecond)->Iterations(300);
BENCHMARK(features)->Unit(benchmark::kMillisecond)->Iterations(300);
BENCHMARK(batches)->Unit(benchmark::kMillisecond)->Iterations(300)->UseRealTime();
BENCHMARK_MAIN();
