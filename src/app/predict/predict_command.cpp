// SPDX-License-Identifier: MIT
#include "app/predict/predict_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/items/item_costs.hpp"
#include "app/items/item_work.hpp"
#include "app/items/output_folder.hpp"
#include "app/items/root_answer.hpp"
#include "app/predict/network_beliefs.hpp"
#include "app/predict/paper_method.hpp"
#include "app/predict/prediction_files.hpp"
#include "app/predict/prediction_options.hpp"
#include "app/predict/prediction_paths.hpp"
#include "app/predict/prediction_plan.hpp"
#include "app/program_info.hpp"
#include "app/track/tracked_trajectories.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/trajectory_csv.hpp"
#include "parallel/work_list.hpp"
#include "report/json_text.hpp"
#include "segmentation/frame_beliefs.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

constexpr const char* record_name = "prediction.json";

class Prediction {
 public:
  Prediction(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
             Progress& progress)
      : options_(options),
        config_(config),
        world_(world),
        progress_(progress),
        plan_(made_on_root<PredictionPlan>(world, [&] { return find_public_data(options.input, options.track); })),
        paths_(options, config, plan_) {}

  /// \returns done, some_items_failed, or stopped
  ExitCode run();

 private:
  void read_weights();
  void make_networks();
  void begin(const Json& settings);
  void refuse_lost_inputs() const;
  void track_videos();
  double fit_cost(double bytes) const;
  void fit_and_infer();
  void write_ensembles();
  void write_record(const Json& settings, const Json& seconds) const;
  TrackedFov read_fov(const PlannedFov& fov) const {
    if (plan_.experiments[fov.experiment].track == 1) return read_tracked_fov(paths_.tracks_record(fov));
    TrackedFov out;
    for (io::CsvTrajectory& t : io::read_trajectories(fov.input, io::FrameRule::ascending))
      out.fov.trajectories.push_back({t.index, t.first_frame, std::move(t.x), std::move(t.y)});
    return out;
  }
  segmentation::ExperimentFit fit_of(const PredictedExperiment& experiment,
                                     std::span<const segmentation::FieldOfView> fovs,
                                     const segmentation::FitOptions& options) const;
  void fit(const PredictedExperiment& experiment);
  void infer(const PlannedFov& fov);
  segmentation::InferredFov infer_fov(const PlannedFov& fov, const TrackedFov& read);
  segmentation::InferredFov infer_alone(const TrackedFov& read, const segmentation::InferenceOptions& options) const;
  void write_segment_ensemble(const PredictedExperiment& experiment) const;
  void write_ensemble(const PredictedExperiment& experiment) const;
  bool needs_fit() const { return fits_model(config_.predict.method); }
  ItemOutcome do_step(const std::string& stage, std::span<const double> costs, const ItemWork& work) {
    ItemOutcome outcome = do_items(world_, progress_, *ledger_, costs, work);
    stopped_ = outcome.stopped;
    done_before_ += outcome.done_before;
    if (world_.is_root()) print_notes(outcome.notes, config_.run);
    costs_.push_back(stage_costs(stage, outcome));
    for (std::string& failure : outcome.failures) failures_.push_back(std::move(failure));
    world_.barrier();
    return outcome;
  }

  const PredictOptions& options_;
  const Config& config_;
  const parallel::Communicator& world_;
  Progress& progress_;
  PredictionPlan plan_;
  PredictionPaths paths_;
  std::optional<RunLedger> ledger_;
  bool stopped_ = false;
  std::size_t done_before_ = 0;  // items, by an earlier run
  std::vector<std::string> failures_;
  std::vector<StageCosts> costs_;  // of the steps done
  double tracking_seconds_ = 0, fit_seconds_ = 0, infer_seconds_ = 0;
  std::unique_ptr<NetworkBeliefs> network_;    // where the method has one
  std::unique_ptr<PaperMethod> paper_method_;  // the same
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
  tracking_seconds_ = do_step("track", costs,
                              {"tracking", "videos", [&](std::size_t item) { return paths_.of_tracking(fov_of(item)); },
                               [&](std::size_t item) {
                                 return write_tracked_fov(paths_.tracks_record(fov_of(item)),
                                                          track_video(fov_of(item).input, config_.tracking));
                               }})
                          .working_seconds();
}

segmentation::ExperimentFit Prediction::fit_of(const PredictedExperiment& experiment,
                                               std::span<const segmentation::FieldOfView> fovs,
                                               const segmentation::FitOptions& options) const {
  try {
    return segmentation::fit_experiment(fovs, options);
  } catch (const std::invalid_argument&) {
    throw InputError(
        options_.input / experiment.place,
        fmt::format("no trajectory has positions in two frames that follow each other (in the {} of {} fields "
                    "of view that were looked at): the experiment is left out",
                    fovs.size(), experiment.fovs.size()));
  }
}

void Prediction::fit(const PredictedExperiment& experiment) {
  std::vector<segmentation::FieldOfView> fovs;
  std::vector<double> noise, overlapping;
  for (const std::size_t fov : paths_.fitted_fovs(experiment)) try {
      TrackedFov read = read_fov(plan_.fovs[fov]);
      if (read.noise > 0) noise.push_back(read.noise);
      if (read.overlapping_noise > 0) overlapping.push_back(read.overlapping_noise);
      fovs.push_back(std::move(read.fov));
    } catch (const InputError&) {  // told when this field of view is inferred
    }
  if (fovs.empty())
    throw InputError(options_.input / experiment.place, "no field of view can be read: the experiment is left out");
  segmentation::FitOptions options = fit_options(config_.segmentation, experiment, noise, overlapping);
  std::optional<NetworkOpinion> opinion;
  if (config_.predict.method == Method::hybrid) {
    opinion.emplace(*network_, fovs, inference_options(config_.segmentation, experiment));
    options.agreement_with = [&](const segmentation::ExperimentModel& model) { return opinion->agreement_with(model); };
  }
  const segmentation::ExperimentFit fitted = fit_of(experiment, fovs, options);
  if (opinion) {
    const segmentation::ExperimentModel& model = fitted.front().model;
    write_shares(paths_.shares(experiment), shares_for(model, opinion->agreement_with(model), config_.predict.shares));
  }
  write_model(paths_.model(experiment), fitted);
}

// A field of view from the network's predictions of frames alone.
segmentation::InferredFov Prediction::infer_alone(const TrackedFov& read,
                                                  const segmentation::InferenceOptions& options) const {
  segmentation::InferredFov out;
  for (const std::size_t i : segmentation::wanted_places(options.wanted, read.fov.trajectories.size())) {
    Random random({options.seed, options.experiment, options.fov, static_cast<std::uint32_t>(i), RandomStream::paths});
    out.trajectories.push_back(infer_from_frames(read.fov.trajectories[i].index, options.beliefs[i], options, random));
  }
  return out;
}

segmentation::InferredFov Prediction::infer_fov(const PlannedFov& fov, const TrackedFov& read) {
  if (config_.predict.method == Method::paper) return paper_method_->infer(read.fov, read.vips);
  const PredictedExperiment& experiment = plan_.experiments[fov.experiment];
  segmentation::InferenceOptions options = inference_options(config_.segmentation, experiment);
  options.fov = static_cast<std::uint32_t>(fov.number);
  options.wanted = read.vips;
  std::vector<segmentation::FrameBeliefs> beliefs;
  if (config_.predict.method == Method::hybrid) options.shares = read_shares(paths_.shares(experiment));
  if (config_.predict.method != Method::likelihood && !options.shares.are_nothing())
    beliefs = network_->of(read.fov, read.vips);
  options.beliefs = beliefs;
  return needs_fit() ? infer_trajectories(read.fov, read_model(paths_.model(experiment)), options)
                     : infer_alone(read, options);
}

void Prediction::infer(const PlannedFov& fov) {
  const PredictedExperiment& experiment = plan_.experiments[fov.experiment];
  const TrackedFov read = read_fov(fov);
  if (needs_fit() && !fs::exists(paths_.model(experiment)))
    throw InputError(fov.input, fmt::format("left out with its experiment, {}", experiment.place.string()));
  const segmentation::InferredFov inferred = infer_fov(fov, read);
  write_submission(paths_.labels(fov), inferred);
  write_segments(paths_.segments(fov), inferred);
  if (const fs::path drawn = paths_.shown(fov); !drawn.empty())
    write_shown_fov(drawn, fov, experiment.number, read, inferred);
  if (needs_fit())
    write_sums(paths_.sums(fov), inferred.populations);
  else
    write_segment_list(paths_.sums(fov), inferred);
}

// What fitting an experiment costs, in bytes of trajectories that take as long to infer. \param bytes of all of its
// trajectories
double Prediction::fit_cost(double bytes) const {
  constexpr double usual_bytes = 6000, inferred_in_that_time = 20;  // for each that is fitted, as measured
  return inferred_in_that_time *
         std::min(bytes, usual_bytes * static_cast<double>(config_.segmentation.fitted_trajectories));
}

// One work list: the fields of view of an experiment are inferred while others are still being fitted.
void Prediction::fit_and_infer() {
  const std::size_t fits = plan_.experiments.size();
  std::vector<double> costs(fits);
  std::vector<std::size_t> after(fits, parallel::no_item);
  for (const PlannedFov& fov : plan_.fovs) {
    costs.push_back(paths_.bytes_of_trajectories(fov));
    costs[fov.experiment] += costs.back();
    after.push_back(needs_fit() ? fov.experiment : parallel::no_item);
  }
  for (double& cost : std::span(costs).first(fits)) cost = needs_fit() ? fit_cost(cost) : 0;
  const ItemOutcome outcome = do_step("solve", costs,
                                      {"fitting and inferring", "experiments and fields of view",
                                       [&](std::size_t item) {
                                         return item < fits ? paths_.of_fit(plan_.experiments[item])
                                                            : paths_.of_inference(plan_.fovs[item - fits]);
                                       },
                                       [&](std::size_t item) -> std::uint64_t {
                                         if (item >= fits)
                                           infer(plan_.fovs[item - fits]);
                                         else if (needs_fit())
                                           fit(plan_.experiments[item]);
                                         return 0;
                                       },
                                       after});
  fit_seconds_ = outcome.working_seconds(0, fits);
  infer_seconds_ = outcome.working_seconds(fits, costs.size());
}

// Where no model was fitted.
void Prediction::write_segment_ensemble(const PredictedExperiment& experiment) const {
  std::vector<segmentation::ChainSegment> segments;
  for (const std::size_t fov : experiment.fovs)
    if (fs::exists(paths_.sums(plan_.fovs[fov]))) read_segment_list(paths_.sums(plan_.fovs[fov]), segments);
  if (segments.empty()) return;
  const fs::path file = paths_.ensemble(experiment);
  if (config_.predict.method == Method::paper) return write_paper_ensemble(file, segments);
  const segmentation::Clusters clusters = segmentation::cluster_by_spread(segments);
  write_clustered_ensemble(file, segments, clusters, clusters.centres.size() == 1 ? "single_state" : "multi_state");
}

void Prediction::write_ensemble(const PredictedExperiment& experiment) const {
  fs::remove(paths_.ensemble(experiment));  // that of an earlier run, where there is none of this one
  if (!needs_fit()) return write_segment_ensemble(experiment);
  if (!fs::exists(paths_.model(experiment))) return;
  const segmentation::ExperimentModel model = read_model(paths_.model(experiment));
  segmentation::PopulationSums sums(model.states.size());
  for (const std::size_t fov : experiment.fovs)
    if (fs::exists(paths_.sums(plan_.fovs[fov])))
      sums.add(read_sums(paths_.sums(plan_.fovs[fov]), model.states.size()));
  write_inferred_ensemble(paths_.ensemble(experiment), model, sums);
}

void Prediction::write_ensembles() {
  const std::vector<double> even(plan_.experiments.size(), 1.0);
  parallel::for_each_item(world_, even, [&](std::size_t e) { write_ensemble(plan_.experiments[e]); });
  world_.barrier();
  if (needs_fit()) return;  // an experiment without a model has been told
  const bool any_lacks = on_root(world_, [&] {
    const std::size_t before = failures_.size();
    for (const PredictedExperiment& experiment : plan_.experiments)
      if (!fs::exists(paths_.ensemble(experiment)))
        failures_.push_back(fmt::format("{}: no trajectory in any field of view: it has no ensemble labels",
                                        (options_.input / experiment.place).string()));
    return failures_.size() > before;
  });
  if (any_lacks && !world_.is_root()) failures_.emplace_back();  // the words are root's
}

// Where the method has a network: an error comes before any work, and from one rank; then one rank of each node reads
// from the file system, and the others from what their node keeps in memory. Collective.
void Prediction::read_weights() {
  const int turn = world_.is_root() ? 0 : world_.node_rank() == 0 ? 1 : 2;
  for (const int now : {0, 1, 2}) {
    if (now == turn) make_networks();
    world_.barrier();
  }
}

void Prediction::make_networks() {
  if (config_.predict.method == Method::paper)
    paper_method_ =
        std::make_unique<PaperMethod>(weights_files(options_.weights, Method::paper), config_, world_.node_rank());
  else if (config_.predict.method != Method::likelihood)
    network_ = std::make_unique<NetworkBeliefs>(options_.weights, config_.predict, world_.node_rank());
}

void Prediction::begin(const Json& settings) {
  if (world_.is_root()) {
    claim_output(options_.output, record_name, settings, options_.resume, "a submission");
    io::make_folder(options_.output);
    write_begun_record(options_.output / record_name, settings);
    for (const PredictedExperiment& experiment : plan_.experiments) {
      io::make_folder(paths_.submission(experiment));
      io::make_folder(paths_.details(experiment));
    }
  }
  world_.barrier();
  ledger_.emplace(options_.output, settings.dump(), world_);
  if (world_.is_root()) refuse_lost_inputs();
}

// What was inferred of inputs that are no longer there must not look like a part of the results.
void Prediction::refuse_lost_inputs() const {
  std::set<std::string> planned;
  for (const PlannedFov& fov : plan_.fovs)
    planned.insert(paths_.labels(fov).lexically_relative(options_.output).string());
  for (const std::string& name : ledger_->finished())
    if (fs::path(name).filename().string().starts_with("fov_") && !planned.contains(name) &&
        fs::exists(options_.output / name))
      throw InputError(options_.output / name,
                       "has no input any more, but is a result of the run that is resumed (remove it, or begin anew)");
}

void Prediction::write_record(const Json& settings, const Json& seconds) const {
  Json record = record_of(settings, true);
  record["run"] = run_info(world_, seconds, done_before_);
  record["fovs"] = plan_.fovs.size();
  record["problems"] = failures_;
  io::write_file_atomically(options_.output / record_name, report::json_text(record));
  if (config_.run.item_costs) write_item_costs(options_.output / item_costs_name, costs_);
}

ExitCode Prediction::run() {
  read_weights();
  Json settings, whole = config_json(config_);
  for (const char* section : {"segmentation", "tracking", "predict", "chain"}) settings[section] = whole[section];
  begin(settings);
  double solving = 0;
  const double tracking = timed([&] { track_videos(); });
  if (!stopped_) solving = timed([&] { fit_and_infer(); });
  if (stopped_) return ExitCode::stopped;
  ledger_->close();
  const double ensembles = timed([&] { write_ensembles(); });
  if (world_.is_root()) {
    write_record(settings,
                 {{"track", tracking},
                  {"solve", solving},
                  {"ensembles", ensembles},
                  {"of_all_ranks", {{"track", tracking_seconds_}, {"fit", fit_seconds_}, {"infer", infer_seconds_}}}});
    print_failures(failures_, config_.run);
  }
  world_.barrier();
  if (world_.is_root() && config_.run.verbosity >= 0)
    fmt::print(
        stderr,
        "{} fields of view of {} experiments (tracked in {:.1f} s, solved in {:.1f} s; all ranks together: fitting "
        "{:.1f} s, inferring {:.1f} s) in {}\n",
        plan_.fovs.size(), plan_.experiments.size(), tracking, solving, fit_seconds_, infer_seconds_,
        options_.output.string());
  return failures_.empty() ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace

ExitCode run_predict(const PredictOptions& options, const Config& config, const parallel::Communicator& world,
                     Progress& progress) {
  if (!options.dry_run) return Prediction(options, config, world, progress).run();
  if (!world.is_root()) return ExitCode::done;
  const PredictionPlan plan = find_public_data(options.input, options.track);
  const PredictionPaths paths(options, config, plan);
  for (const PlannedFov& fov : plan.fovs) fmt::print("{} -> {}\n", fov.input.string(), paths.labels(fov).string());
  return ExitCode::done;
}

}  // namespace an::app
