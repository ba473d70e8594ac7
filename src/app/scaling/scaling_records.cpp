// SPDX-License-Identifier: MIT
#include "app/scaling/scaling_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>

#include "app/items/json_file.hpp"
#include "app/program_info.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

struct RecordKind {
  const char* file;
  const char* command;
  const char* items;  ///< key of the problem's size
};
constexpr std::array<RecordKind, 6> record_kinds{{{"simulation.json", "simulate", "fovs"},
                                                  {"tracking.json", "track", "videos"},
                                                  {"prediction.json", "predict", "fovs"},
                                                  {"submission/prediction.json", "predict", "fovs"},
                                                  {"training.json", "train", "trajectories"},
                                                  {"summary.json", "score", "fovs"}}};

// What two runs must have in common to be compared: all but the size of the problem and how the run is shown.
Json comparable(Json config) {
  config.erase("run");
  const auto leave_out = [&](const char* section, std::initializer_list<const char*> keys) {
    if (!config.contains(section)) return;
    for (const char* key : keys) config[section].erase(key);
  };
  leave_out("simulate", {"fovs", "seed"});
  leave_out("train", {"steps", "tiles", "validation_tiles", "seed"});
  return config;
}

// The first setting in which two configurations differ, `predict.method`.
std::string first_difference(const Json& a, const Json& b) {
  std::string place = Json::diff(a, b).at(0).at("path").get<std::string>().substr(1);
  std::replace(place.begin(), place.end(), '/', '.');
  return place;
}

// Seconds of the items of a stage, on all ranks; negative where the record does not tell.
double working_seconds(const Json& seconds, const std::string& stage) {
  if (!seconds.contains("of_all_ranks")) return -1;
  const Json& all = seconds.at("of_all_ranks");
  if (stage == "solve" && all.contains("fit")) return all.at("fit").get<double>() + all.at("infer").get<double>();
  return all.contains(stage) ? all.at(stage).get<double>() : -1;
}

// How many trajectories were scored, in all tracks.
std::size_t trajectories_in(const Json& tracks) {
  std::size_t count = 0;
  for (const Json& track : tracks)
    if (track.contains("single"))
      for (const Json& experiment : track.at("single").at("experiments"))
        count += report::size_of(experiment.at("trajectories"));
  return count;
}

// Size of the problem. A summary.json need not tell its fields of view: then trajectories are counted.
std::size_t items_of(const Json& record, const RecordKind& kind) {
  if (!record.contains(kind.items) && record.contains("tracks")) return trajectories_in(record.at("tracks"));
  return report::size_of(record.at(kind.items));
}

void take_stages(const Json& record, const RecordKind& kind, std::vector<report::StageTime>& stages) {
  constexpr double least_seconds = 1e-3;  // a stage that had nothing to do
  const Json& run = record.at("run");
  report::StageTime time;
  time.ranks = report::size_of(run.at("ranks"));
  if (run.contains("threads")) time.threads = report::size_of(run.at("threads"));
  time.items = items_of(record, kind);
  const Json& seconds = run.at("seconds");
  for (const auto& entry : seconds.items()) {
    if (!entry.value().is_number() || entry.value().get<double>() < least_seconds) continue;
    time.stage = entry.key() == kind.command ? entry.key() : fmt::format("{}: {}", kind.command, entry.key());
    time.seconds = entry.value().get<double>();
    time.working_seconds = working_seconds(seconds, entry.key());
    stages.push_back(time);
  }
}

// A configuration seen before, and where.
struct Known {
  Json config;
  fs::path folder;
};

void check_comparable(const RecordKind& kind, const fs::path& folder, const Json& config,
                      std::map<std::string, Known>& known) {
  const Json ours = comparable(config);
  const auto [first, is_new] = known.try_emplace(kind.command, Known{ours, folder});
  if (!is_new && first->second.config != ours)
    throw InputError(
        folder, fmt::format("{} had other settings than in {}: {} (expected runs that differ in their "
                            "ranks and size alone)",
                            kind.command, first->second.folder.string(), first_difference(first->second.config, ours)));
}

}  // namespace

RunTimes read_run_times(std::span<const fs::path> folders) {
  RunTimes times;
  std::map<std::string, Known> known;
  for (const fs::path& folder : folders) {
    std::size_t found = 0;
    for (const RecordKind& kind : record_kinds) {
      const fs::path file = folder / kind.file;
      if (!fs::exists(file)) continue;
      ++found;
      use_json(file, [&](const Json& record) {
        if (!record.value("complete", true) || !record.contains("run") || !record.at("run").contains("seconds"))
          throw InputError(file, "holds no times: the run has not been finished");
        if (record.at("run").contains("done_before"))
          throw InputError(file,
                           fmt::format("holds the times of a resumed run: {} items had been done before (expected "
                                       "runs that did all of their items)",
                                       report::size_of(record.at("run").at("done_before"))));
        check_comparable(kind, folder, record.at("config"), known);
        take_stages(record, kind, times.stages);
        const Json& program = record.at("program");
        std::string words = fmt::format("{} (git {})", program.at("version").get<std::string>(),
                                        short_commit(program.at("git").get<std::string>()));
        if (std::find(times.programs.begin(), times.programs.end(), words) == times.programs.end())
          times.programs.push_back(std::move(words));
      });
    }
    if (found == 0)
      throw InputError(folder,
                       "holds no record of a run (expected simulation.json, tracking.json, prediction.json, "
                       "training.json or summary.json)");
  }
  return times;
}

std::vector<StageCosts> read_all_item_costs(std::span<const fs::path> folders) {
  std::vector<StageCosts> all;
  for (const fs::path& folder : folders)
    for (const fs::path& file : {folder / item_costs_name, folder / "submission" / item_costs_name}) {
      if (!fs::exists(file)) continue;
      for (const StageCosts& stage : read_item_costs(file)) {
        const auto same =
            std::find_if(all.begin(), all.end(), [&](const StageCosts& other) { return other.stage == stage.stage; });
        StageCosts& into = same == all.end() ? all.emplace_back(StageCosts{stage.stage, {}, {}}) : *same;
        const std::size_t before = into.rank.size();
        for (std::size_t i = 0; i < stage.rank.size(); ++i) {
          const std::size_t after = stage.items.after[i];
          into.items.expected.push_back(stage.items.expected[i]);
          into.items.seconds.push_back(stage.items.seconds[i]);
          into.items.after.push_back(after == parallel::no_item ? after : before + after);
          into.rank.push_back(stage.rank[i]);
        }
      }
    }
  if (all.empty())
    throw InputError(folders.front(), fmt::format("no {} in any folder (expected runs with --set run.item_costs=true)",
                                                  item_costs_name));
  return all;
}

}  // namespace an::app
