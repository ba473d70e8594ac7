// SPDX-License-Identifier: MIT
#include "app/paper/paper_command.hpp"

#include <fmt/format.h>

#include <functional>
#include <thread>
#include <tuple>

#include "app/items/json_file.hpp"
#include "app/items/output_folder.hpp"
#include "app/items/root_answer.hpp"
#include "app/paper/frame_study.hpp"
#include "app/paper/paper_page.hpp"
#include "app/paper/paper_plan.hpp"
#include "app/paper/paper_results.hpp"
#include "app/paper/training_density.hpp"
#include "app/predict/network_beliefs.hpp"
#include "app/predict/prediction_plan.hpp"
#include "app/program_info.hpp"
#include "app/run/run_command.hpp"
#include "app/simulate/simulate_command.hpp"
#include "io/atomic_file.hpp"
#include "io/file_checksum.hpp"
#include "report/published_tables.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::ComparisonTable;
using report::Json;

namespace {

constexpr const char* record_name = "paper_run.json";
constexpr std::int64_t usual_resamples = 1000;

// All ranks stop in order.
struct Stopped {};

// Scores have intervals, from draws that the seed of the data names.
Config with_intervals(Config config, std::uint64_t seed) {
  if (config.score.bootstrap == 0) config.score.bootstrap = usual_resamples;
  config.score.seed = seed;
  return config;
}

class Paper {
 public:
  Paper(const PaperOptions& options, const Config& config, const parallel::Communicator& world, Progress& progress)
      : options_(options),
        config_(with_intervals(config, options.seed)),
        plan_(make_paper_plan(options, config_)),
        settings_(plan_json(options, config_, plan_)),
        world_(world),
        progress_(progress) {}

  const PaperPlan& plan() const { return plan_; }
  ExitCode run();

 private:
  fs::path part(const char* name) const { return options_.output / name; }
  fs::path benchmark_data() const { return options_.benchmark ? *options_.benchmark : part("benchmark") / "data"; }
  fs::path study_file(const std::string& judge) const { return part("frames") / fmt::format("frames_{}.json", judge); }
  bool wants_benchmark() const { return plan_.wants({"table_3", "table_4"}); }
  bool wants_validation() const { return plan_.wants({"table_2", "figure_9"}); }
  bool wants_frame_figures() const { return plan_.wants({"figure_4", "figure_5", "figure_6", "figure_7", "figure_8"}); }
  bool wants_frames() const { return wants_frame_figures() || plan_.wants({"table_1"}); }

  evaluation::BootstrapOptions resampling() const {
    return {static_cast<std::size_t>(config_.score.bootstrap), config_.score.confidence, config_.score.seed};
  }

  void make_all();
  void note(const ItemOutcome& outcome) {
    if (world_.is_root()) print_failures(outcome.failures, config_.run);
    note(outcome.stopped ? ExitCode::stopped : outcome.failures.empty() ? ExitCode::done : ExitCode::some_items_failed);
  }
  void note(ExitCode code) {
    if (code == ExitCode::stopped) throw Stopped{};
    all_done_ = code == ExitCode::done && all_done_;
  }
  void begin();
  void check_benchmark() const;  // throws where it lacks something
  void write_record(bool complete) const;
  void timed(const char* name, const std::function<void()>& work);
  void simulate(const fs::path& folder, const Config& data);
  void solve(const fs::path& folder, const fs::path& data, const Config& data_config, int track);
  void study_all_frames();
  // Compares who judges by `files` with the truth, unless that was done with the very files.
  void study(const std::string& name, const std::vector<fs::path>& files, const std::function<FrameJudge()>& make);
  void find_networks();
  std::vector<MethodResults> results_in(const fs::path& folder) const;
  void add_frames(std::vector<ComparisonTable>& tables, std::vector<FigureData>& figures) const;
  void add_validation(std::vector<ComparisonTable>& tables, std::vector<FigureData>& figures) const;
  void write_results() const;

  const PaperOptions& options_;
  Config config_;
  PaperPlan plan_;
  Json settings_;
  const parallel::Communicator& world_;
  Progress& progress_;
  Json seconds_ = Json::object();
  std::vector<std::pair<std::string, std::vector<fs::path>>> networks_;  // their files, by the name of their judge
  bool all_done_ = true;
};

// Whether what left a record did all of its items, from the same files; those that failed are tried again.
bool is_whole(const fs::path& record, const std::string& made_from) {
  return fs::exists(record) && use_json(record, [&](const Json& json) {
           return json.at("complete").get<bool>() && json.at("problems").empty() &&
                  json.value("made_from", "") == made_from;
         });
}

// What a data set or a submission holds, by the ledger of those who made it.
fs::path contents_of(const fs::path& folder) { return folder / "ledger" / "all.txt"; }

void Paper::write_record(bool complete) const {
  Json record = record_of(settings_, complete);
  record["run"] = {
      {"ranks", world_.size()}, {"hardware_threads", std::thread::hardware_concurrency()}, {"seconds", seconds_}};
  io::write_file_atomically(options_.output / record_name, report::json_text(record));
}

void Paper::check_benchmark() const {
  const fs::path& benchmark = *options_.benchmark;
  find_public_data(benchmark / "public", plan_.benchmark_track());
  for (const auto& [table, track] : {std::pair("table_3", "track_1"), std::pair("table_4", "track_2")})
    for (const char* part : {"public", "ref"})
      if (plan_.items.contains(table) && !fs::is_directory(benchmark / part / track))
        throw InputError(benchmark / part / track, fmt::format("no such folder, which {} needs", table));
}

void Paper::begin() {
  if (world_.is_root()) {
    // Throws before anything is written, so that the same output can be asked for again.
    if (wants_benchmark() && options_.benchmark) check_benchmark();
    const fs::path record = options_.output / record_name;
    claim_output(options_.output, record_name, settings_, options_.resume, "the paper's tables");
    if (fs::exists(record)) seconds_ = use_json(record, [](const Json& json) { return json.at("run").at("seconds"); });
    io::make_folder(options_.output);
    if (plan_.items.contains("figure_2")) io::make_folder(part("training"));
    write_record(false);
  }
  world_.barrier();
}

// Runs that were stopped and resumed count together.
void Paper::timed(const char* name, const std::function<void()>& work) {
  const double start = steady_seconds();
  const auto note_time = [&] {
    seconds_[name] = seconds_.value(name, 0.0) + steady_seconds() - start;
    if (world_.is_root()) write_record(false);
  };
  try {
    work();
  } catch (const Stopped&) {
    note_time();
    throw;
  }
  note_time();
}

// Data and submissions that are there are looked at again: their ledgers know what is damaged or has changed.
void Paper::simulate(const fs::path& folder, const Config& data) {
  SimulateOptions options;
  options.output = folder;
  options.resume = true;
  note(run_simulate(options, data, world_, progress_));
  world_.barrier();
}

// Each method in a folder of its own; videos are tracked once. \param track that is solved; 0: both
void Paper::solve(const fs::path& folder, const fs::path& data, const Config& data_config, int track) {
  fs::path tracked;
  for (const auto& [name, method] : plan_.methods) {
    const fs::path output = folder / name;
    const RunOptions run{data, output, options_.weights, true, false, tracked, false, track};
    Config config = data_config;
    config.predict.method = method;
    config.score = config_.score;
    note(run_benchmark(run, config, world_, progress_));
    world_.barrier();
    if (tracked.empty()) tracked = output / "submission";
  }
}

// The weights there are: those of the paper's three nets, and those that methods use.
void Paper::find_networks() {
  for (const auto& [name, method] : {std::pair("paper_nets", Method::paper), std::pair("default_net", Method::unet)}) {
    std::vector<fs::path> there = weights_files(options_.weights, method);
    std::erase_if(there, [&](const fs::path& file) { return !on_root(world_, [&] { return fs::exists(file); }); });
    if (!there.empty()) networks_.emplace_back(name, std::move(there));
  }
}

void Paper::study(const std::string& name, const std::vector<fs::path>& files,
                  const std::function<FrameJudge()>& make) {
  const fs::path data = part("frames") / "data";
  std::string made_from;  // root's
  const bool is_done = on_root(world_, [&] {
    made_from = io::file_checksum(contents_of(data));
    for (const fs::path& file : files) made_from.append(" ").append(io::file_checksum(file));
    return is_whole(study_file(name), made_from);
  });
  if (!is_done) note(study_frames(data, make(), made_from, study_file(name), world_, progress_));
}

void Paper::study_all_frames() {
  const fs::path data = part("frames") / "data";
  simulate(data, plan_.frames);
  find_networks();
  for (const auto& network : networks_)
    study(network.first, network.second,
          [&] { return judge_of_networks(network.first, network.second, config_.predict, world_.node_rank()); });
  if (!wants_frame_figures()) return;
  solve(part("frames"), data, plan_.frames, 0);
  for (const auto& method : plan_.methods) {
    const fs::path submission = part("frames") / method.first / "submission";
    study(method.first, {contents_of(submission)},
          [&] { return judge_of_submission(method.first, submission / "track_2"); });
  }
}

std::vector<MethodResults> Paper::results_in(const fs::path& folder) const {
  std::vector<MethodResults> results;
  for (const auto& method : plan_.methods) results.push_back({method.first, folder / method.first});
  return results;
}

void Paper::add_frames(std::vector<ComparisonTable>& tables, std::vector<FigureData>& figures) const {
  std::vector<FrameStudy> studies;
  for (const auto& network : networks_) studies.push_back(read_frame_study(study_file(network.first)));
  if (wants_frame_figures())
    for (const auto& method : plan_.methods) studies.push_back(read_frame_study(study_file(method.first)));
  if (plan_.items.contains("table_1")) tables.push_back(frame_table(studies, resampling()));
  for (const int figure : {4, 5}) {
    if (!plan_.items.contains(fmt::format("figure_{}", figure))) continue;
    tables.push_back(frame_errors_by_model(figure, studies, resampling()));
    figures.push_back(bar_figure(tables.back().name, tables.back().title + ", of particles' frames",
                                 {tables.back().name, "frames", figure == 4 ? "MAE alpha" : "MSLE K"}, {}));
  }
  if (plan_.items.contains("figure_8")) tables.push_back(state_shares(studies, resampling()));
  std::vector<FigureData> drawn;
  add_frame_figures(studies, drawn);
  for (FigureData& figure : drawn)
    if (plan_.items.contains(figure.at("name").get<std::string>().substr(0, std::string("figure_N").size())))
      figures.push_back(std::move(figure));
}

void Paper::add_validation(std::vector<ComparisonTable>& tables, std::vector<FigureData>& figures) const {
  const fs::path data = part("validation") / "data";
  const std::vector<MethodResults> results = results_in(part("validation"));
  if (plan_.items.contains("table_2")) tables.push_back(validation_table(results, data, resampling()));
  if (!plan_.items.contains("figure_9")) return;
  tables.push_back(validation_by_model(results, data, resampling()));
  const auto printed = [](const char* input, const char* metric) {
    return report::published_table("table_2").values(input, {metric})[0];
  };
  for (const auto& [metric, value, title] :
       {std::tuple("mae_alpha", "MAE alpha", "Mean absolute error of alpha by model"),
        std::tuple("msle_k", "MSLE K", "Mean squared log error of K by model")})
    figures.push_back(bar_figure(fmt::format("figure_9_{}", metric), title, {"figure_9", metric, value},
                                 {{"the paper's average, videos", printed("video", metric)},
                                  {"the paper's average, trajectories", printed("raw", metric)}}));
}

void Paper::write_results() const {
  std::vector<ComparisonTable> tables;
  std::vector<FigureData> figures;
  if (plan_.items.contains("figure_2")) add_density_figures(read_densities(part("training") / "density.json"), figures);
  if (wants_frames()) add_frames(tables, figures);
  if (wants_validation()) add_validation(tables, figures);
  for (const int track : {1, 2})
    if (plan_.items.contains(track == 1 ? "table_3" : "table_4"))
      if (auto table = benchmark_table(track, results_in(part("benchmark")))) tables.push_back(std::move(*table));
  Json all = Json::array();
  for (const ComparisonTable& table : tables) all.push_back(report::comparison_json(table));
  io::write_file_atomically(
      options_.output / "paper.json",
      report::json_text(Json{
          {"schema", 1}, {"program", program_info()}, {"config", settings_}, {"tables", all}, {"figures", figures}}));
  const std::string text = write_paper_pages(options_.output);
  fmt::print("{}", text);
}

void Paper::make_all() {
  if (plan_.items.contains("figure_2"))
    timed("training", [&] {
      const fs::path file = part("training") / "density.json";
      if (!on_root(world_, [&] { return is_whole(file, ""); }))
        note(count_densities(plan_.training, file, world_, progress_));
    });
  if (wants_frames()) timed("frames", [&] { study_all_frames(); });
  if (wants_validation())
    timed("validation", [&] {
      simulate(part("validation") / "data", plan_.validation);
      solve(part("validation"), part("validation") / "data", plan_.validation, 0);
    });
  if (wants_benchmark())
    timed("benchmark", [&] {
      if (!options_.benchmark) simulate(benchmark_data(), plan_.benchmark);
      solve(part("benchmark"), benchmark_data(), plan_.benchmark, plan_.benchmark_track());
    });
}

ExitCode Paper::run() {
  begin();
  try {
    make_all();
  } catch (const Stopped&) {
    return ExitCode::stopped;
  }
  if (world_.is_root()) {
    write_results();
    write_record(true);
    if (config_.run.verbosity >= 0) fmt::print(stderr, "{}\n", (options_.output / "index.html").string());
  }
  world_.barrier();
  return all_done_ ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace

ExitCode run_paper(const PaperOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress) {
  if (!options.dry_run) return Paper(options, config, world, progress).run();
  const PaperPlan plan = make_paper_plan(options, config);
  if (world.is_root()) fmt::print("{}", plan_text(options, plan));
  return ExitCode::done;
}

}  // namespace an::app
