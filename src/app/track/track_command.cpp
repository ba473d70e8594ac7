// SPDX-License-Identifier: MIT
#include "app/track/track_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "app/items/item_costs.hpp"
#include "app/items/item_work.hpp"
#include "app/items/output_folder.hpp"
#include "app/items/root_answer.hpp"
#include "app/program_info.hpp"
#include "app/track/track_check.hpp"
#include "app/track/track_files.hpp"
#include "app/track/video_items.hpp"
#include "io/atomic_file.hpp"
#include "parallel/work_list.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;
using tracking::TrackingQuality;

namespace {

constexpr const char* record_name = "tracking.json";

struct TrackRun {
  const TrackOptions& options;
  const Config& config;
  const parallel::Communicator& world;
  std::vector<VideoItem> items;
  Json settings;                                   // what decides the tracks
  std::map<std::size_t, TrackingQuality> checked;  // of items of this rank

  fs::path folder(std::size_t item) const { return options.output / items[item].place; }
};

Json data_config(const Config& config) { return {{"tracking", config_json(config)["tracking"]}}; }

// Brings the qualities to root, in the order of the videos. \returns those of videos that were checked
std::vector<TrackingQuality> collect(const parallel::Communicator& world, const std::vector<std::int64_t>& owner,
                                     const std::map<std::size_t, TrackingQuality>& own) {
  std::vector<TrackingQuality> all;
  parallel::for_each_in_order(
      world, owner,
      [&](std::size_t item) {
        ByteWriter writer;
        pack(writer, own.at(item));
        return writer.take();
      },
      [&](std::size_t, std::span<const std::byte> bytes) {
        ByteReader reader(bytes);
        all.push_back(unpack_quality(reader));
      });
  return all;
}

// Says of which videos frames were blank. \param blank frames of each video
ItemNote note_of_blank(const std::vector<VideoItem>& items, const std::vector<std::int64_t>& blank) {
  ItemNote note;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (blank[i] > 0) note.names.push_back(fmt::format("{} ({})", items[i].video.string(), blank[i]));
  note.words = fmt::format("{} of {} videos have frames of one grey value, in which nothing is localised",
                           note.names.size(), items.size());
  return note;
}

ItemOutcome track_all(TrackRun& run, Progress& progress) {
  const TrackingConfig& tracking = run.config.tracking;
  std::vector<double> costs;
  for (const VideoItem& item : run.items) costs.push_back(item.cost);
  std::vector<std::int64_t> blank(run.items.size());
  const auto files = [&](std::size_t i) {
    return ItemFiles{{run.items[i].video}, tracks_files(tracking, run.folder(i))};
  };
  const auto make = [&](std::size_t i) {
    const TrackedVideo video = track_video(run.items[i].video, tracking);
    blank[i] = static_cast<std::int64_t>(video.blank);
    const std::uint64_t bytes = write_tracks(video, tracking, run.folder(i));
    if (run.options.check) run.checked[i] = check_tracks(video, run.items[i].truth);
    return bytes;
  };
  RunLedger ledger(run.options.output, run.settings.dump(), run.world);
  ItemOutcome outcome = do_items(run.world, progress, ledger, costs,
                                 {"tracking", "videos", files, make, {}, run.options.check.has_value()});
  run.world.max_of_all(blank);
  if (ItemNote note = note_of_blank(run.items, blank); !note.names.empty()) outcome.notes.push_back(std::move(note));
  if (run.world.is_root()) print_notes(outcome.notes, run.config.run);
  if (!outcome.stopped) ledger.close();
  return outcome;
}

// Writes the record, and prints the qualities of the videos that were tracked.
void finish(const TrackRun& run, const ItemOutcome& outcome, const std::vector<TrackingQuality>& qualities,
            double seconds) {
  Json record = record_of(run.settings, true);
  record["run"] = run_info(run.world, {{"track", seconds}, {"of_all_ranks", {{"track", outcome.working_seconds()}}}},
                           outcome.done_before);
  record["videos"] = run.items.size();
  record["problems"] = outcome.failures;
  if (run.options.check) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < run.items.size(); ++i)
      if (outcome.owner[i] >= 0) names.push_back(run.items[i].name());
    record["quality"] = quality_json(names, qualities);
    if (!names.empty())
      fmt::print("{}", quality_text(names, qualities, isatty(STDOUT_FILENO) != 0 && !run.world.uses_mpi()));
  }
  io::write_file_atomically(run.options.output / record_name, report::json_text(record));
  if (run.config.run.item_costs)
    write_item_costs(run.options.output / item_costs_name, std::array{stage_costs("track", outcome)});
  print_failures(outcome.failures, run.config.run);
  if (run.config.run.verbosity >= 0)
    fmt::print(stderr, "{} of {} videos ({:.2f} MB written in {:.1f} s) in {}\n",
               run.items.size() - outcome.failures.size(), run.items.size(), static_cast<double>(outcome.bytes) / 1e6,
               seconds, run.options.output.string());
}

}  // namespace

ExitCode run_track(const TrackOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress) {
  const double start = steady_seconds();
  const auto find = [&] {
    std::vector<VideoItem> items = find_videos(options.input);
    if (options.check) find_truths(*options.check, items);
    return items;
  };
  TrackRun run{options, config, world, made_on_root<std::vector<VideoItem>>(world, find), data_config(config), {}};
  // Parameters that do not go together are found before any work.
  if (config.tracking.method == TrackingMethod::crocker_grier)
    static_cast<void>(tracking::CrockerGrier(config.tracking.crocker_grier));
  if (options.dry_run) {
    if (world.is_root())
      for (std::size_t i = 0; i < run.items.size(); ++i)
        fmt::print("{} -> {}\n", run.items[i].video.string(), run.folder(i).string());
    return ExitCode::done;
  }
  if (world.is_root()) {
    claim_output(options.output, record_name, run.settings, options.resume, "tracks");
    io::make_folder(options.output);
    write_begun_record(options.output / record_name, run.settings);
  }
  world.barrier();
  const ItemOutcome outcome = track_all(run, progress);
  if (outcome.stopped) return ExitCode::stopped;
  std::vector<TrackingQuality> qualities;
  if (options.check) qualities = collect(world, outcome.owner, run.checked);
  if (world.is_root()) finish(run, outcome, qualities, steady_seconds() - start);
  return outcome.failures.empty() ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace an::app
