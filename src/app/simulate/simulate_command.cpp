// SPDX-License-Identifier: MIT
#include "app/simulate/simulate_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/items/item_costs.hpp"
#include "app/items/item_work.hpp"
#include "app/items/output_folder.hpp"
#include "app/program_info.hpp"
#include "app/simulate/simulate_plan.hpp"
#include "app/simulate/simulated_files.hpp"
#include "app/simulate/simulated_text.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/vip_file.hpp"
#include "parallel/work_list.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

constexpr const char* record_name = "simulation.json";

// What decides the data; the form, too, which fewer experiments would have otherwise. An HDF5 file holds what its
// number among the planned ones says, so of a part of a set also which part it is.
Json data_config(const Config& config, const SimulatePlan& plan, bool is_part) {
  const Json all = config_json(config);
  Json json;
  for (const char* section : {"simulate", "video", "faithful", "experiments"})
    if (all.contains(section)) json[section] = all.at(section);
  json["simulate"]["format"] = plan.as_shards ? "hdf5" : "text";
  if (is_part && plan.as_shards)
    for (const PlannedSimulation& experiment : plan.experiments) json["only"].push_back(experiment.number);
  return json;
}

// The first field of view of an experiment, of its first frames if it has many more.
simulation::SimulatedFov sample_of(const SimulatePlan& plan, const PlannedSimulation& experiment) {
  constexpr std::size_t most_frames = 1000;
  simulation::ModelParameters parameters = experiment.parameters;
  parameters.frames = std::min(parameters.frames, most_frames);
  return simulation::simulate_fov(parameters, plan.config.fov, static_cast<std::size_t>(plan.config.vips),
                                  plan.config.seed, experiment.number, 0);
}

// Bytes that the whole set will take, from a sample of each kind of experiment.
std::uint64_t expected_bytes(const SimulatePlan& plan, std::vector<std::uint64_t>& of_specs) {
  const auto fovs = static_cast<std::size_t>(plan.config.fovs);
  std::uint64_t total = 0;
  std::vector<bool> seen(of_specs.size());
  for (const PlannedSimulation& experiment : plan.experiments) {
    if (!seen[experiment.spec]) {
      seen[experiment.spec] = true;
      const simulation::SimulatedFov made = sample_of(plan, experiment);
      const std::uint64_t rows = made.fov.numbers.size();
      const std::uint64_t box = plan.raw ? 8 * (made.box.positions.size() + 4 * made.box.codes.size()) : 0;
      const std::uint64_t reference = trajectory_text(made.fov, true, false).size() + label_text(made.fov).size();
      const std::uint64_t text = trajectory_text(made.fov, false, false).size() + reference;
      const std::uint64_t of_sample = plan.as_shards ? 17 * rows : text + box + (plan.config.videos ? reference : 0);
      const double video = plan.config.videos ? 0.65 * static_cast<double>(plan.config.frames) * plan.config.fov.side *
                                                    plan.config.fov.side
                                              : 0;
      of_specs[experiment.spec] =
          of_sample * experiment.parameters.frames / made.box.frames + static_cast<std::uint64_t>(video);
    }
    total += of_specs[experiment.spec] * fovs;
  }
  return total;
}

void print_plan(const SimulatePlan& plan, const std::vector<std::uint64_t>& of_specs, std::uint64_t total) {
  std::vector<std::size_t> count(of_specs.size());
  for (const PlannedSimulation& experiment : plan.experiments) ++count[experiment.spec];
  for (std::size_t s = 0; s < of_specs.size(); ++s) {
    if (count[s] == 0) continue;
    const auto first = std::find_if(plan.experiments.begin(), plan.experiments.end(),
                                    [s](const PlannedSimulation& planned) { return planned.spec == s; });
    fmt::print("{:>8} x {:<15} {:>7} fields of view of {} particles, about {:.3f} MB each\n", count[s],
               simulation::model_name(first->parameters.model), count[s] * static_cast<std::size_t>(plan.config.fovs),
               first->parameters.particles, static_cast<double>(of_specs[s]) / 1e6);
  }
  fmt::print("{} experiments, {} fields of view, {}: about {:.3f} GB\n", plan.experiments.size(), plan.fovs(),
             plan.as_shards ? fmt::format("{} HDF5 files", plan.shards()) : "the challenge's files",
             static_cast<double>(total) / 1e9);
}

// Bytes that the set will not exceed, known without simulating anything.
std::uint64_t most_bytes(const SimulatePlan& plan) {
  constexpr std::uint64_t of_a_row = 400;  // in all files
  const auto frames = static_cast<std::uint64_t>(plan.config.frames);
  const auto side = static_cast<std::uint64_t>(plan.config.fov.side);
  std::uint64_t total = 0;
  for (const PlannedSimulation& experiment : plan.experiments)
    total += frames * (of_a_row * static_cast<std::uint64_t>(experiment.parameters.particles) +
                       (plan.config.videos ? 2 * side * side : 0));
  return total * static_cast<std::uint64_t>(plan.config.fovs);
}

void check_room(const fs::path& output, const SimulatePlan& plan, std::vector<std::uint64_t>& of_specs) {
  const std::uint64_t free = fs::space(output).available;
  if (most_bytes(plan) < free) return;
  const std::uint64_t bytes = expected_bytes(plan, of_specs);
  if (bytes > free)
    throw OutputError(output, fmt::format("the data set takes about {:.2f} GB, {:.2f} GB are free",
                                          static_cast<double>(bytes) / 1e9, static_cast<double>(free) / 1e9));
}

// Experiments whose discs do not all find room, as a layout shows: the package leaves out the others, too.
ItemNote note_of_discs(const SimulatePlan& plan) {
  ItemNote note{"discs that find no room are left out", {}};
  for (const PlannedSimulation& experiment : plan.experiments) {
    const simulation::ModelParameters& parameters = experiment.parameters;
    if (parameters.model != simulation::ModelKind::confinement || !parameters.given_centres.empty()) continue;
    Random random({plan.config.seed, experiment.number, 0, 0, RandomStream::layout});
    const std::size_t placed =
        simulation::draw_discs(parameters.centres, parameters.radius, parameters.box, random).size();
    if (placed < parameters.centres)
      note.names.push_back(
          fmt::format("experiment {} has about {} of {}", experiment.number, placed, parameters.centres));
  }
  return note;
}

// Fields of view with which the official scorer stops.
ItemNote note_of_vips(const SimulatePlan& plan, const fs::path& output) {
  ItemNote note{"fields of view have fewer than the two VIPs that the official scorer needs", {}};
  for (std::size_t item = 0; plan.config.videos && item < plan.fovs(); ++item) {
    const fs::path file = FovFiles(plan, output, item).vips();
    if (fs::exists(file) && io::read_vips(file).indices.size() < 2) note.names.push_back(file.string());
  }
  return note;
}

// What is missing without a mistake. \param empty fields of view without files: the package writes none, too
std::vector<ItemNote> notes_of_data(const SimulatePlan& plan, const std::vector<std::string>& empty) {
  const std::string words =
      fmt::format("{} of {} fields of view have no trajectory of {} frames or more and {}", empty.size(), plan.fovs(),
                  plan.config.fov.shortest_trajectory, plan.raw ? "no files but those of their boxes" : "no files");
  std::vector<ItemNote> notes{note_of_discs(plan), {words, empty}};
  notes.erase(std::remove_if(notes.begin(), notes.end(), [](const ItemNote& note) { return note.names.empty(); }),
              notes.end());
  return notes;
}

Json notes_json(const std::vector<ItemNote>& notes) {
  Json json = Json::array();
  for (const ItemNote& note : notes) json.push_back(note_text(note, note.names.size()));
  return json;
}

ItemOutcome make_text(const SimulatePlan& plan, const fs::path& output, const parallel::Communicator& world,
                      Progress& progress, RunLedger& ledger) {
  if (world.is_root()) make_simulated_folders(plan, output);
  world.barrier();
  std::vector<double> costs;
  for (std::size_t item = 0; item < plan.fovs(); ++item)
    costs.push_back(expected_cost(plan.experiment_of(item).parameters, plan.config.videos));
  ItemOutcome outcome = do_items(world, progress, ledger, costs,
                                 {"simulating", "fields of view",
                                  [&](std::size_t item) {
                                    return ItemFiles{{}, FovFiles(plan, output, item).paths()};
                                  },
                                  [&](std::size_t item) { return FovFiles(plan, output, item).write(); }});
  if (outcome.stopped) return outcome;
  const std::vector<double> even(plan.experiments.size(), 1.0);
  parallel::for_each_item(world, even, [&](std::size_t e) { write_experiment_ensemble(plan, output, e); });
  return outcome;
}

ItemOutcome make_shards(const SimulatePlan& plan, const fs::path& output, const parallel::Communicator& world,
                        Progress& progress, RunLedger& ledger) {
  if (world.is_root()) io::make_folder(output / "shards");
  world.barrier();
  const std::vector<double> even(plan.shards(), 1.0);
  return do_items(world, progress, ledger, even,
                  {"simulating", "files",
                   [&](std::size_t shard) {
                     return ItemFiles{{}, {shard_path(output, shard)}};
                   },
                   [&](std::size_t shard) { return write_shard(plan, output, shard); }});
}

}  // namespace

ExitCode run_simulate(const SimulateOptions& options, const Config& config, const parallel::Communicator& world,
                      Progress& progress) {
  const double start = steady_seconds();
  const SimulatePlan plan = make_simulate_plan(config, options.experiments, options.raw);
  const Json settings = data_config(config, plan, !options.experiments.empty());
  if (world.is_root()) {
    std::vector<std::uint64_t> of_specs(config.experiments.size());
    if (options.dry_run) {
      const std::uint64_t bytes = expected_bytes(plan, of_specs);
      print_plan(plan, of_specs, bytes);
      print_notes(notes_of_data(plan, {}), config.run);
    } else {
      claim_output(options.output, record_name, settings, options.resume, "a data set");
      io::make_folder(options.output);
      if (!fs::exists(options.output / record_name)) check_room(options.output, plan, of_specs);
      write_begun_record(options.output / record_name, settings);
    }
  }
  if (options.dry_run) return ExitCode::done;
  world.barrier();
  RunLedger ledger(options.output, settings.dump(), world);
  const ItemOutcome outcome = plan.as_shards ? make_shards(plan, options.output, world, progress, ledger)
                                             : make_text(plan, options.output, world, progress, ledger);
  if (world.is_root()) print_notes(outcome.notes, config.run);
  if (outcome.stopped) return ExitCode::stopped;
  ledger.close();
  if (world.is_root()) {
    const double seconds = steady_seconds() - start;
    Json record = record_of(settings, true);
    record["run"] =
        run_info(world, {{"simulate", seconds}, {"of_all_ranks", {{"simulate", outcome.working_seconds()}}}},
                 outcome.done_before);
    record["experiments"] = plan.experiments.size();
    record["fovs"] = plan.fovs();
    std::vector<ItemNote> notes = notes_of_data(plan, outcome.nothing);
    if (ItemNote vips = note_of_vips(plan, options.output); !vips.names.empty()) notes.push_back(std::move(vips));
    record["notes"] = notes_json(notes);
    record["problems"] = outcome.failures;
    io::write_file_atomically(options.output / record_name, report::json_text(record));
    if (config.run.item_costs)
      write_item_costs(options.output / item_costs_name, std::array{stage_costs("simulate", outcome)});
    print_notes(notes, config.run);
    print_failures(outcome.failures, config.run);
    if (config.run.verbosity >= 0)
      fmt::print(stderr, "{} experiments, {} fields of view ({:.2f} GB written in {:.1f} s) in {}\n",
                 plan.experiments.size(), plan.fovs(), static_cast<double>(outcome.bytes) / 1e9, seconds,
                 options.output.string());
  }
  return outcome.failures.empty() ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace an::app
