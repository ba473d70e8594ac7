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

// What decides the tracks.
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

}  // namespace

ExitCode run_track(const TrackOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress) {
  const double start = steady_seconds();
  const std::vector<VideoItem> items = find_videos(options.input);
  std::vector<fs::path> truths;
  if (options.check) truths = truths_of(*options.check, items);
  const Json settings = data_config(config);
  // Parameters that do not go together are found before any work.
  if (config.tracking.method == TrackingMethod::crocker_grier)
    static_cast<void>(tracking::CrockerGrier(config.tracking.crocker_grier));
  if (options.dry_run) {
    if (world.is_root())
      for (const VideoItem& item : items)
        fmt::print("{} -> {}\n", item.video.string(), (options.output / item.place).string());
    return ExitCode::done;
  }
  if (world.is_root()) {
    claim_output(options.output, record_name, settings, options.resume, "tracks");
    io::make_folder(options.output);
    write_begun_record(options.output / record_name, settings);
  }
  world.barrier();
  std::vector<double> costs;
  for (const VideoItem& item : items) costs.push_back(item.cost);
  std::map<std::size_t, TrackingQuality> checked;
  RunLedger ledger(options.output, settings.dump(), world);
  const ItemOutcome outcome =
      do_items(world, progress, ledger, costs,
               {"tracking",
                "videos",
                [&](std::size_t i) {
                  return ItemFiles{{items[i].video}, tracks_files(config.tracking, options.output / items[i].place)};
                },
                [&](std::size_t i) {
                  const TrackedVideo video = track_video(items[i].video, config.tracking);
                  const std::uint64_t bytes = write_tracks(video, config.tracking, options.output / items[i].place);
                  if (options.check) checked[i] = check_tracks(video, truths[i]);
                  return bytes;
                },
                {},
                options.check.has_value()});
  if (world.is_root()) print_notes(outcome.notes, config.run);
  if (outcome.stopped) return ExitCode::stopped;
  ledger.close();
  std::vector<TrackingQuality> qualities;
  if (options.check) qualities = collect(world, outcome.owner, checked);
  if (world.is_root()) {
    const double seconds = steady_seconds() - start;
    Json record = record_of(settings, true);
    record["run"] = run_info(world, {{"track", seconds}, {"of_all_ranks", {{"track", outcome.working_seconds()}}}});
    record["videos"] = items.size();
    record["problems"] = outcome.failures;
    if (options.check) {
      std::vector<std::string> names;
      for (std::size_t i = 0; i < items.size(); ++i)
        if (outcome.owner[i] >= 0) names.push_back(items[i].name());
      record["quality"] = quality_json(names, qualities);
      fmt::print("{}", quality_text(names, qualities, isatty(STDOUT_FILENO) != 0 && !world.uses_mpi()));
    }
    io::write_file_atomically(options.output / record_name, report::json_text(record));
    if (config.run.item_costs)
      write_item_costs(options.output / item_costs_name, std::array{stage_costs("track", outcome)});
    print_failures(outcome.failures);
    if (config.run.verbosity >= 0)
      fmt::print(stderr, "{} of {} videos ({:.2f} MB written in {:.1f} s) in {}\n",
                 items.size() - outcome.failures.size(), items.size(), static_cast<double>(outcome.bytes) / 1e6,
                 seconds, options.output.string());
  }
  return outcome.failures.empty() ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace an::app
