// SPDX-License-Identifier: MIT
#include "app/predict_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "app/item_work.hpp"
#include "app/network_beliefs.hpp"
#include "app/output_folder.hpp"
#include "app/prediction_files.hpp"
#include "app/prediction_plan.hpp"
#include "app/program_info.hpp"
#include "app/tracked_trajectories.hpp"
#include "core/error.hpp"
#include "core/median.hpp"
#include "io/atomic_file.hpp"
#include "io/benchmark_tree.hpp"
#include "io/trajectory_csv.hpp"
#include "parallel/work_list.hpp"
#include "report/json_text.hpp"
#include "segmentation/frame_beliefs.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

constexpr const char* record_name = "prediction.json";

// Seconds that a step took.
double timed(const std::function<void()>& step) {
  const auto start = std::chrono::steady_clock::now();
  step();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Prediction {
 public:
  Prediction(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
             Progress& progress)
      : options_(options),
        config_(config),
        world_(world),
        progress_(progress),
        plan_(find_public_data(options.input)) {}

  const PredictionPlan& plan() const { return plan_; }
  void track_videos();
  void fit_and_infer();
  void write_ensembles();
  /// Seconds of all ranks together, on every rank. Collective.
  std::pair<double, double> fit_and_infer_seconds() const;
  std::vector<std::string> take_failures() { return std::move(failures_); }

 private:
  fs::path submission(const PredictedExperiment& e) const { return options_.output / e.place; }
  fs::path details(const PredictedExperiment& e) const { return options_.output / "details" / e.place; }
  fs::path model_file(const PredictedExperiment& e) const { return details(e) / "model.json"; }
  fs::path shares_file(const PredictedExperiment& e) const { return details(e) / "shares.json"; }
  fs::path tracks_record(const PlannedFov& fov) const {
    const fs::path& submission = options_.tracked.empty() ? options_.output : options_.tracked;
    return submission / "details" / plan_.experiments[fov.experiment].place /
           fmt::format("tracks_fov_{}.json", fov.number);
  }
  fs::path sums_file(const PlannedFov& fov) const {
    return details(plan_.experiments[fov.experiment]) / fmt::format("sums_fov_{}.json", fov.number);
  }
  // Names the random numbers of an experiment of either track.
  static std::uint32_t stream_of(const PredictedExperiment& e) {
    return static_cast<std::uint32_t>(100 * e.number + e.track);
  }
  // What is known of the errors of positions: nothing, a given noise, or bounds from tracking, which fall a little
  // short.
  segmentation::FitOptions fit_options(const PredictedExperiment& experiment, const std::vector<double>& noise,
                                       const std::vector<double>& overlapping) const {
    constexpr double usual_noise = 0.1;  // px
    segmentation::FitOptions options;
    options.left_out = config_.segmentation.left_out;
    if (experiment.track == 1 && !noise.empty()) {
      const double free = median_of(noise);
      options.errors =
          segmentation::tracking_errors(free, overlapping.empty() ? 2 * free : std::max(free, median_of(overlapping)));
      options.most_noise = 1.15;
      if (options.left_out == segmentation::MethodPart::tracking_errors)
        options.errors = segmentation::independent_errors(free);
    } else if (config_.segmentation.noise > 0) {
      options.errors = segmentation::independent_errors(config_.segmentation.noise);
    } else {
      options.errors = segmentation::independent_errors(usual_noise);
      options.least_noise = 0.1;
      options.most_noise = 10;
    }
    return options;
  }
  bool is_done(const fs::path& file) const { return options_.resume && fs::exists(file); }
  TrackedFov read_fov(const PlannedFov& fov) const {
    if (plan_.experiments[fov.experiment].track == 1) return read_tracked_fov(tracks_record(fov));
    TrackedFov out;
    for (io::CsvTrajectory& t : io::read_trajectories(fov.input, io::FrameRule::ascending))
      out.fov.trajectories.push_back({t.index, t.first_frame, std::move(t.x), std::move(t.y)});
    return out;
  }
  void fit(const PredictedExperiment& experiment);
  segmentation::BeliefShares agreed_shares(const PredictedExperiment& experiment,
                                           const std::vector<segmentation::FieldOfView>& fovs,
                                           const segmentation::ExperimentModel& model);
  void infer(const PlannedFov& fov);
  segmentation::InferredFov infer_alone(const TrackedFov& read, const segmentation::InferenceOptions& options) const;
  NetworkBeliefs& network() {
    if (!network_) network_ = std::make_unique<NetworkBeliefs>(options_.weights, config_.predict);
    return *network_;
  }
  bool needs_fit() const { return config_.predict.method != Method::unet; }
  void do_step(std::span<const double> costs, const ItemWork& work) {
    ItemOutcome outcome = do_items(world_, progress_, costs, work);
    for (std::string& failure : outcome.failures) failures_.push_back(std::move(failure));
    world_.barrier();
  }

  const PredictOptions& options_;
  const Config& config_;
  const parallel::Communicator& world_;
  Progress& progress_;
  PredictionPlan plan_;
  std::vector<std::string> failures_;
  double fit_seconds_ = 0, infer_seconds_ = 0;  // of this rank
  std::unique_ptr<NetworkBeliefs> network_;     // where the method has one
};

void Prediction::track_videos() {
  std::vector<std::size_t> videos;
  std::vector<double> costs;
  for (std::size_t i = 0; i < plan_.fovs.size(); ++i)
    if (plan_.experiments[plan_.fovs[i].experiment].track == 1) {
      videos.push_back(i);
      costs.push_back(plan_.fovs[i].cost);
    }
  if (videos.empty() || !options_.tracked.empty()) return;
  const auto fov_of = [&](std::size_t item) -> const PlannedFov& { return plan_.fovs[videos[item]]; };
  do_step(costs, {"tracking", "videos", [&](std::size_t item) { return is_done(tracks_record(fov_of(item))); },
                  [&](std::size_t item) {
                    return write_tracked_fov(tracks_record(fov_of(item)),
                                             track_video(fov_of(item).input, config_.tracking));
                  }});
}

// Whether a fitted model and the network see the same states, in the first fields of view.
segmentation::BeliefShares Prediction::agreed_shares(const PredictedExperiment& experiment,
                                                     const std::vector<segmentation::FieldOfView>& fovs,
                                                     const segmentation::ExperimentModel& model) {
  constexpr std::size_t enough = 150;  // trajectories
  segmentation::Agreement agreement;
  segmentation::InferenceOptions options;
  options.paths = static_cast<std::size_t>(config_.segmentation.paths);
  options.seed = config_.segmentation.seed;
  options.experiment = stream_of(experiment);
  std::size_t seen = 0;
  for (std::size_t f = 0; f < fovs.size() && seen < enough; ++f) {
    const std::vector<segmentation::FrameBeliefs> beliefs = network().of(fovs[f]);
    options.wanted.clear();
    for (std::size_t i = 0; i < fovs[f].trajectories.size() && seen < enough; ++i, ++seen) options.wanted.push_back(i);
    const segmentation::InferredFov inferred = infer_trajectories(fovs[f], model, options);
    for (std::size_t i = 0; i < options.wanted.size(); ++i)
      agreement.add(inferred.trajectories[i], beliefs[options.wanted[i]]);
  }
  return shares_for(model, agreement, config_.predict.shares);
}

void Prediction::fit(const PredictedExperiment& experiment) {
  std::vector<segmentation::FieldOfView> fovs;
  std::vector<double> noise, overlapping;
  for (const std::size_t fov : experiment.fovs) try {
      TrackedFov read = read_fov(plan_.fovs[fov]);
      if (read.noise > 0) noise.push_back(read.noise);
      if (read.overlapping_noise > 0) overlapping.push_back(read.overlapping_noise);
      fovs.push_back(std::move(read.fov));
    } catch (const InputError&) {  // told when this field of view is inferred
    }
  segmentation::FitOptions options = fit_options(experiment, noise, overlapping);
  options.trajectories = static_cast<std::size_t>(config_.segmentation.fitted_trajectories);
  options.seed = config_.segmentation.seed;
  options.experiment = stream_of(experiment);
  try {
    const segmentation::ExperimentFit fitted = segmentation::fit_experiment(fovs, options);
    if (config_.predict.method == Method::hybrid)
      write_shares(shares_file(experiment), agreed_shares(experiment, fovs, fitted.front().model));
    write_model(model_file(experiment), fitted);
  } catch (const std::invalid_argument&) {
    throw InputError(options_.input / experiment.place,
                     "no trajectory of two points in any field of view: the experiment is left out");
  }
}

// A field of view from the network's predictions of frames alone.
segmentation::InferredFov Prediction::infer_alone(const TrackedFov& read,
                                                  const segmentation::InferenceOptions& options) const {
  segmentation::InferredFov out;
  for (const std::size_t i : wanted_places(options, read.fov.trajectories.size())) {
    Random random({options.seed, options.experiment, options.fov, static_cast<std::uint32_t>(i), RandomStream::paths});
    out.trajectories.push_back(infer_from_frames(read.fov.trajectories[i].index, options.beliefs[i], options, random));
  }
  return out;
}

void Prediction::infer(const PlannedFov& fov) {
  const PredictedExperiment& experiment = plan_.experiments[fov.experiment];
  const TrackedFov read = read_fov(fov);
  segmentation::InferenceOptions options;
  options.paths = static_cast<std::size_t>(config_.segmentation.paths);
  options.choice = {config_.segmentation.expected_jaccard,
                    experiment.track == 1 ? config_.segmentation.video_error_weight : config_.segmentation.error_weight,
                    config_.segmentation.usual_error};
  options.seed = config_.segmentation.seed;
  options.experiment = stream_of(experiment);
  options.fov = static_cast<std::uint32_t>(fov.number);
  options.wanted = read.vips;
  options.left_out = config_.segmentation.left_out;
  std::vector<segmentation::FrameBeliefs> beliefs;
  if (config_.predict.method != Method::likelihood) beliefs = network().of(read.fov);
  options.beliefs = beliefs;
  if (config_.predict.method == Method::hybrid) options.shares = read_shares(shares_file(experiment));
  const segmentation::InferredFov inferred =
      needs_fit() ? infer_trajectories(read.fov, read_model(model_file(experiment)), options)
                  : infer_alone(read, options);
  write_submission(io::submission_labels(submission(experiment), fov.number), inferred);
  write_segments(details(experiment) / fmt::format("segments_fov_{}.csv", fov.number), inferred);
  if (&fov == &plan_.fovs[experiment.fovs.front()])
    write_shown_fov(details(experiment) / shown_fov_name, fov, experiment.number, read, inferred);
  if (needs_fit())
    write_sums(sums_file(fov), inferred.populations);
  else
    write_segment_list(sums_file(fov), inferred);
}

// One work list: the fields of view of an experiment are inferred while others are still being fitted.
void Prediction::fit_and_infer() {
  const std::size_t fits = plan_.experiments.size();
  std::vector<double> costs(fits);
  std::vector<std::size_t> after(fits, parallel::no_item);
  for (const PlannedFov& fov : plan_.fovs) {
    costs[fov.experiment] += fov.cost;
    costs.push_back(fov.cost);
    after.push_back(fov.experiment);
  }
  do_step(costs,
          {"fitting and inferring", "experiments and fields of view",
           [&](std::size_t item) {
             return is_done(item < fits ? model_file(plan_.experiments[item]) : sums_file(plan_.fovs[item - fits]));
           },
           [&](std::size_t item) -> std::uint64_t {
             if (item < fits)
               fit_seconds_ += timed([&] {
                 if (needs_fit()) fit(plan_.experiments[item]);
               });
             else
               infer_seconds_ += timed([&] { infer(plan_.fovs[item - fits]); });
             return 0;
           },
           after});
}

std::pair<double, double> Prediction::fit_and_infer_seconds() const {
  const auto ranks = static_cast<std::size_t>(world_.size());
  std::vector<std::int64_t> microseconds(2 * ranks);
  microseconds[static_cast<std::size_t>(world_.rank())] = std::llround(1e6 * fit_seconds_);
  microseconds[ranks + static_cast<std::size_t>(world_.rank())] = std::llround(1e6 * infer_seconds_);
  world_.max_of_all(microseconds);
  const auto middle = microseconds.begin() + static_cast<std::ptrdiff_t>(ranks);
  return {1e-6 * std::accumulate(microseconds.begin(), middle, 0.0),
          1e-6 * std::accumulate(middle, microseconds.end(), 0.0)};
}

void Prediction::write_ensembles() {
  for (const PredictedExperiment& experiment : plan_.experiments) {
    if (!needs_fit()) {
      std::vector<segmentation::ChainSegment> segments;
      for (const std::size_t fov : experiment.fovs)
        if (fs::exists(sums_file(plan_.fovs[fov]))) read_segment_list(sums_file(plan_.fovs[fov]), segments);
      write_clustered_ensemble(io::ensemble_labels(submission(experiment)), segments);
      continue;
    }
    if (!fs::exists(model_file(experiment))) continue;
    const segmentation::ExperimentModel model = read_model(model_file(experiment));
    segmentation::PopulationSums sums(model.states.size());
    for (const std::size_t fov : experiment.fovs)
      if (fs::exists(sums_file(plan_.fovs[fov]))) sums.add(read_sums(sums_file(plan_.fovs[fov])));
    write_inferred_ensemble(io::ensemble_labels(submission(experiment)), model, sums);
  }
}

}  // namespace

PredictionOutcome predict_all(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
                              Progress& progress) {
  Prediction prediction(options, config, world, progress);
  PredictionOutcome outcome;
  outcome.experiments = prediction.plan().experiments.size();
  outcome.fovs = prediction.plan().fovs.size();
  const Json whole = config_json(config);
  const Json settings{
      {"segmentation", whole["segmentation"]}, {"tracking", whole["tracking"]}, {"predict", whole["predict"]}};
  if (world.is_root()) {
    claim_output(options.output, record_name, settings, options.resume, "a submission");
    io::make_folder(options.output);
    io::write_file_atomically(options.output / record_name,
                              report::json_text(Json{{"schema", 1}, {"complete", false}, {"config", settings}}));
    for (const PredictedExperiment& experiment : prediction.plan().experiments) {
      io::make_folder(options.output / experiment.place);
      io::make_folder(options.output / "details" / experiment.place);
    }
  }
  world.barrier();
  outcome.track_seconds = timed([&] { prediction.track_videos(); });
  outcome.solve_seconds = timed([&] { prediction.fit_and_infer(); });
  std::tie(outcome.fit_seconds, outcome.infer_seconds) = prediction.fit_and_infer_seconds();
  if (world.is_root()) prediction.write_ensembles();
  outcome.failures = prediction.take_failures();
  if (world.is_root()) {
    const Json seconds{{"track", outcome.track_seconds},
                       {"solve", outcome.solve_seconds},
                       {"of_all_ranks", {{"fit", outcome.fit_seconds}, {"infer", outcome.infer_seconds}}}};
    io::write_file_atomically(options.output / record_name,
                              report::json_text(Json{{"schema", 1},
                                                     {"complete", true},
                                                     {"config", settings},
                                                     {"program", program_info()},
                                                     {"run", {{"ranks", world.size()}, {"seconds", seconds}}},
                                                     {"fovs", outcome.fovs},
                                                     {"problems", outcome.failures}}));
    for (const std::string& failure : outcome.failures) fmt::print(stderr, "anomalousnet: error: {}\n", failure);
  }
  world.barrier();
  return outcome;
}

ExitCode run_predict(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
                     Progress& progress) {
  if (options.dry_run) {
    const PredictionPlan plan = find_public_data(options.input);
    if (world.is_root())
      for (const PlannedFov& fov : plan.fovs)
        fmt::print("{} -> {}\n", fov.input.string(),
                   io::submission_labels(options.output / plan.experiments[fov.experiment].place, fov.number).string());
    return ExitCode::done;
  }
  const PredictionOutcome outcome = predict_all(options, config, world, progress);
  if (world.is_root() && config.run.verbosity >= 0)
    fmt::print(
        stderr,
        "{} fields of view of {} experiments (tracked in {:.1f} s, solved in {:.1f} s; all ranks together: fitting "
        "{:.1f} s, inferring {:.1f} s) in {}\n",
        outcome.fovs, outcome.experiments, outcome.track_seconds, outcome.solve_seconds, outcome.fit_seconds,
        outcome.infer_seconds, options.output.string());
  return outcome.failures.empty() ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace an::app
