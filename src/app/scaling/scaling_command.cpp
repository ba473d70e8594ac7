// SPDX-License-Identifier: MIT
#include "app/scaling/scaling_command.hpp"

#include <fmt/format.h>

#include "app/scaling/scaling_records.hpp"
#include "app/scaling/scaling_tables.hpp"
#include "app/scaling/schedule_study.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

parallel::CounterCost counter_cost(const ScalingOptions& options, const parallel::Communicator& world) {
  if (options.counter_seconds) return {*options.counter_seconds, *options.counter_seconds};
  if (world.size() == 1)
    throw ConfigError(
        "scaling: --simulate-ranks needs the cost of the shared counter (expected mpirun -n 2 or more, which measures "
        "it, or --counter-seconds)");
  return measured_counter_cost(world);
}

}  // namespace

ExitCode run_scaling(const ScalingOptions& options, const Config& config, const parallel::Communicator& world) {
  const bool simulates = options.simulate_ranks > 0;
  ScheduleQuestion question{options.simulate_ranks, options.items, {}};
  if (simulates && !options.dry_run) question.counter = counter_cost(options, world);
  if (!world.is_root()) return ExitCode::done;
  const RunTimes times = read_run_times(options.results);
  const std::vector<report::ScalingTable> tables = report::scaling_tables(times.stages);
  if (tables.empty() && !simulates)
    throw InputError(
        options.results.front(),
        "no stage was run on two numbers of cores: nothing to compare (expected runs of one problem, or of "
        "equally many items a core, on different numbers of ranks)");
  const std::vector<StageCosts> costs = simulates ? read_all_item_costs(options.results) : std::vector<StageCosts>{};
  if (options.dry_run) {
    for (const report::StageTime& time : times.stages)
      fmt::print("{}: {} items, {} ranks of {} threads\n", time.stage, time.items, time.ranks, time.threads);
    return ExitCode::done;
  }
  io::make_folder(options.output);
  for (const char* name : {"scaling", "strong", "weak", "schedule"})  // what an earlier call left
    for (const char* ending : {".txt", ".md", ".csv", ".svg"})
      fs::remove(options.output / fmt::format("{}{}", name, ending));
  if (!tables.empty())
    fmt::print("{}", write_scaling_tables(options.output,
                                          fmt::format("anomalousnet {}\n", fmt::join(times.programs, ", ")), tables));
  if (simulates) fmt::print("{}", write_schedules(options.output, question, study_schedules(costs, question)));
  if (config.run.verbosity >= 0) fmt::print(stderr, "tables in {}\n", options.output.string());
  return ExitCode::done;
}

}  // namespace an::app
