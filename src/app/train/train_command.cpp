// SPDX-License-Identifier: MIT
#include "app/train/train_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "app/items/item_work.hpp"
#include "app/items/output_folder.hpp"
#include "app/items/root_answer.hpp"
#include "app/program_info.hpp"
#include "app/train/batch_source.hpp"
#include "app/train/checkpoint.hpp"
#include "app/train/learning_curve.hpp"
#include "app/train/shared_gradients.hpp"
#include "app/train/training_record.hpp"
#include "app/train/validation_scores.hpp"
#include "app/train/weights_file.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "network/training_batch.hpp"
#include "network/training_data.hpp"
#include "network/trajectory_features.hpp"
#include "parallel/stop_request.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace fs = std::filesystem;
using network::TrainingBatch;
using report::Json;

namespace {

network::TrainingSet training_set(const Config& config, std::uint64_t seed) {
  if (config.experiments.empty())
    throw ConfigError("train: the configuration has no [[experiment]] to learn from (see configs/train_default.toml)");
  network::TrainingSet set;
  set.specs = config.experiments;
  set.seed = seed;
  set.frames = static_cast<std::size_t>(config.simulate.frames);
  set.fov = config.simulate.fov;
  set.quirks = config.faithful;
  return set;
}

network::StreamOptions stream_options(const TrainConfig& train, const parallel::Communicator& world,
                                      std::uint64_t first_batch) {
  network::StreamOptions options;
  options.tiles = static_cast<std::size_t>(train.tiles);
  options.first_batch = first_batch;
  options.rank = static_cast<std::size_t>(world.rank());
  options.ranks = static_cast<std::size_t>(world.size());
  options.threads = static_cast<std::size_t>(train.threads);
  return options;
}

network::NetworkShape chosen_shape(const Config& config) {
  const bool custom = config.train.network == custom_network;
  network::NetworkShape shape = custom ? config.network : network::shape_of_name(config.train.network);
  shape.scale = static_cast<float>(config.train.scale);
  return shape;
}

// Refuses a shape that no network of usual tiles has. \throws ConfigError
void check_shape(const network::NetworkShape& s) {
  if (s.attention_blocks > 0 && s.bottom % s.attention_heads != 0)
    throw ConfigError(
        fmt::format("network.attention_heads is {} (expected a divisor of bottom, {})", s.attention_heads, s.bottom));
  if (s.attention_blocks > 0 && s.input_channels != network::feature_count)
    throw ConfigError("network.attention_blocks: attention needs network.features = \"all\"");
  try {
    const network::TileShape tile;
    make_network(s, 1, tile.rows, tile.frames, false);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(fmt::format("network: {}", error.what()));
  }
}

// Refuses settings that cannot be trained with, before anything is made. \throws ConfigError
void check_training(const Config& config, const parallel::Communicator& world) {
  const TrainConfig& train = config.train;
  if (train.tiles % world.size() != 0)
    throw ConfigError(
        fmt::format("train.tiles is {} (expected a multiple of the {} ranks)", train.tiles, world.size()));
  check_stream(training_set(config, train.seed), stream_options(train, world, 0));
  const network::NetworkShape shape = chosen_shape(config);
  if (!std::isnormal(shape.scale))
    throw ConfigError(fmt::format("train.scale is {} (expected a number above 0 in single precision)", train.scale));
  check_shape(shape);
}

// Refuses a back end that does not work here, which a training finds when it makes its network.
// \throws kernels::BackendMissing
void try_back_end(const TrainConfig& train, const parallel::Communicator& world) {
  network::NetworkShape smallest;
  smallest.filters = {1};
  smallest.bottom = 1;
  const network::Network network = make_network(smallest, 1, 2, 2, true);
  try {
    make_executor(train.backend, network.plan, train.precision, world.node_rank());
  } catch (const kernels::BackendMissing& error) {
    // A cluster's front end need not have the device.
    if (train.backend != kernels::Backend::cuda) throw;
    if (world.is_root()) fmt::print(stderr, "note: {}\n", error.what());
  }
}

class Training {
 public:
  Training(const TrainOptions& options, const Config& config, const parallel::Communicator& world, Progress& progress)
      : options_(options),
        config_(config),
        train_(config.train),
        world_(world),
        progress_(progress),
        shape_(chosen_shape(config)) {
    share_ = static_cast<std::size_t>(train_.tiles / world.size());
    loss_.kind = shape_.task;
    network_ = make_network(shape_, share_, tile_.rows, tile_.frames, true);
    executor_ = make_executor(train_.backend, network_.plan, train_.precision, world.node_rank());
    gradients_ = std::make_unique<SharedGradients>(world, network_.plan.parameters);
    Json whole = config_json(config);
    for (const char* section : {"score", "tracking", "segmentation", "predict", "chain", "run"}) whole.erase(section);
    if (train_.network != custom_network) whole.erase("network");
    for (const char* key : {"threads", "checkpoint_every"}) whole["train"].erase(key);
    configuration_ = whole.dump();
    state_.weights = initial_weights(network_, train_.seed);
    state_.first.assign(network_.plan.parameters, 0.0F);
    state_.second = state_.first;
    begin();
  }

  ExitCode run();

 private:
  double seconds() const { return earlier_seconds_ + steady_seconds() - start_; }
  void begin();
  void learn_batch(const TrainingBatch& batch);
  void share_errors(double& loss, network::FrameErrors& errors, evaluation::ScoreSums& scores) const;
  float rate_of(std::uint64_t step) const {
    return network::learning_rate(static_cast<float>(train_.rate), step, static_cast<std::uint64_t>(train_.warmup),
                                  static_cast<std::uint64_t>(train_.steps));
  }
  // Whether training can end before its last step.
  bool has_patience() const { return train_.patience * train_.validate_every < train_.steps; }
  void take_roots_statistics();
  void validate();
  void save();

  const TrainOptions& options_;
  const Config& config_;
  const TrainConfig& train_;
  const parallel::Communicator& world_;
  Progress& progress_;
  network::NetworkShape shape_;
  network::TileShape tile_{};
  std::size_t share_ = 0;
  kernels::Loss loss_;
  network::Network network_;
  std::unique_ptr<kernels::Executor> executor_;
  std::unique_ptr<SharedGradients> gradients_;
  std::string configuration_;
  Checkpoint state_;
  std::vector<TrainingBatch> validation_;
  double start_ = 0, earlier_seconds_ = 0;
};

void Training::begin() {
  FoundCheckpoint found;  // by root alone: files appear for ranks at different times
  bool has_weights = false;
  const fs::path& folder = options_.output;
  const bool any = on_root(world_, [&] {
    found = find_checkpoint(folder);
    has_weights = fs::exists(folder / "weights.h5");
    const bool is_begun = found.any || has_weights || fs::exists(folder / training_record);
    if (!is_begun) claim_output(folder, training_record, {}, options_.resume, "a training");
    return is_begun;
  });
  if (any && !options_.resume)
    throw ConfigError(fmt::format("{} holds a training; use --resume to go on, or another folder", folder.string()));
  if (on_root(world_, [&] { return has_weights && !found.any; }))
    throw ConfigError(
        fmt::format("{} holds weights, but no checkpoint to go on from; use another folder", folder.string()));
  std::string newest = found.newest.string();
  world_.broadcast(newest);
  if (!newest.empty()) state_ = read_checkpoint(newest, network_, configuration_);
  if (world_.is_root() && !found.problems.empty())
    fmt::print(stderr, "{}training goes on from step {}\n", found.problems, state_.step);
  earlier_seconds_ = state_.seconds;
  world_.barrier();  // nobody writes before all have read
  if (world_.is_root()) {
    io::make_folder(options_.output);
    write_begun_training(options_.output, configuration_);
    // What cannot be written is told before anything is learnt.
    if (newest.empty()) write_checkpoint(options_.output, network_, state_, configuration_);
  }
  world_.barrier();
  executor_->set_parameters(state_.weights.parameters, state_.weights.statistics);
  executor_->set_moments(state_.first, state_.second);
}

void Training::learn_batch(const TrainingBatch& batch) {
  executor_->set_input(batch.input);
  executor_->forward(kernels::Mode::training);
  const double loss = executor_->loss(loss_, batch.targets);
  if (!std::isfinite(loss))
    throw Error(fmt::format("train: the loss of step {} is not finite (a smaller train.rate may help)", state_.step));
  gradients_->backward(*executor_, loss, kernels::weight_of(batch.targets));
  state_.loss_sum += gradients_->finish(*executor_);
  state_.loss_count += 1;
  kernels::AdamStep step;
  step.rate = rate_of(state_.step);
  step.decay = static_cast<float>(train_.decay);
  step.step = ++state_.step;
  executor_->step(step);
}

// Means and sums over the validation tiles of all ranks: every rank must come to the same end of training.
void Training::share_errors(double& loss, network::FrameErrors& errors, evaluation::ScoreSums& scores) const {
  if (world_.size() == 1) return;
  const double frames = errors.frames;
  std::vector<float> sums;
  for (const double mean : {1.0, loss, errors.alpha, errors.log_k, errors.state, errors.change})
    sums.push_back(static_cast<float>(mean * frames));
  world_.sum_in_rank_order(sums);
  sum_over_ranks(world_, scores);
  const double all = static_cast<double>(sums[0]);
  if (!(all > 0)) return;
  loss = static_cast<double>(sums[1]) / all;
  errors = {all, static_cast<double>(sums[2]) / all, static_cast<double>(sums[3]) / all,
            static_cast<double>(sums[4]) / all, static_cast<double>(sums[5]) / all};
}

// Ranks see other tiles, and only root's moving statistics are in a checkpoint: all go on with these, so that a
// validation is the same after resuming.
void Training::take_roots_statistics() {
  if (world_.size() == 1 || state_.weights.statistics.empty()) return;
  executor_->read_parameters(state_.weights.parameters, state_.weights.statistics);
  if (!world_.is_root()) std::fill(state_.weights.statistics.begin(), state_.weights.statistics.end(), 0.0F);
  world_.sum_in_rank_order(state_.weights.statistics);
  executor_->set_parameters(state_.weights.parameters, state_.weights.statistics);
}

void Training::validate() {
  take_roots_statistics();
  double loss = 0, weight = 0;
  network::FrameErrors errors;
  evaluation::ScoreSums scores;
  std::vector<float> output(network_.plan.values[network_.plan.output].shape.size());
  for (const TrainingBatch& batch : validation_) {
    executor_->set_input(batch.input);
    executor_->forward(kernels::Mode::inference);
    const double weight_here = kernels::weight_of(batch.targets);
    loss += weight_here * executor_->loss(loss_, batch.targets);
    weight += weight_here;
    executor_->read_output(output);
    errors.add(network::frame_errors(shape_.task, output, batch.targets));
    if (shape_.task == kernels::LossKind::joint) scores += segment_scores(tile_, output, batch.targets);
  }
  loss = weight > 0 ? loss / weight : 0;
  share_errors(loss, errors, scores);
  const evaluation::SingleScores challenge = challenge_scores(scores);
  const double trajectories =
      static_cast<double>(state_.step) * static_cast<double>(train_.tiles) * static_cast<double>(tile_.rows);
  state_.curve.push_back({static_cast<double>(state_.step), trajectories, seconds(),
                          static_cast<double>(rate_of(state_.step - 1)),
                          state_.loss_count > 0 ? state_.loss_sum / state_.loss_count : 0.0, loss, errors.alpha,
                          errors.log_k, errors.state, errors.change, challenge});
  state_.loss_sum = state_.loss_count = 0;
  if (loss < state_.best_loss && has_patience() && world_.is_root()) {
    executor_->read_parameters(state_.weights.parameters, state_.weights.statistics);
    state_.best = state_.weights;
  }
  state_.since_best = loss < state_.best_loss ? 0 : state_.since_best + 1;
  state_.best_loss = std::min(state_.best_loss, loss);
  const LearningPoint& p = state_.curve.back();
  const double speed = p.step > 0 ? p.seconds / p.step : 0;
  progress_.note(fmt::format("step {:>7} of {}: loss {:.4f}, validation {:.4f}{}; {:.0f} trajectories/s, {} left",
                             state_.step, train_.steps, p.loss, loss, errors_text(p),
                             p.seconds > 0 ? trajectories / p.seconds : 0.0,
                             duration_text(speed * (static_cast<double>(train_.steps) - p.step))));
}

void Training::save() {
  if (!world_.is_root()) return;
  executor_->read_parameters(state_.weights.parameters, state_.weights.statistics);
  executor_->read_moments(state_.first, state_.second);
  state_.seconds = seconds();
  write_checkpoint(options_.output, network_, state_, configuration_);
  write_learning_curve(options_.output, state_.curve);
  std::string trained = fmt::format("{} steps of {} tiles in {:.0f} s at {} ranks", state_.step, train_.tiles,
                                    state_.seconds, world_.size());
  const bool of_best = !state_.best.parameters.empty();
  if (of_best) {
    const auto best = std::ranges::find(state_.curve, state_.best_loss, &LearningPoint::validation_loss);
    trained += fmt::format("; these weights are of step {}, whose validation was the best", best->step);
  }
  write_weights(options_.output / "weights.h5", network_, of_best ? state_.best : state_.weights, true,
                {{"program", program_info().dump()},
                 {"configuration", configuration_},
                 {"backend", kernels::backend_description(train_.backend)},
                 {"trained", trained}});
}

ExitCode Training::run() {
  const double begun = steady_seconds();
  network::StreamOptions options = stream_options(train_, world_, 0);
  {
    network::TrainingStream stream(training_set(config_, train_.seed + 1'000'000'007), options);
    const std::int64_t batches = (train_.validation_tiles + train_.tiles - 1) / train_.tiles;
    for (std::int64_t i = 0; i < batches; ++i) {
      network::TrainingTiles tiles;
      stream.next(tiles);
      fill_batch(tiles, shape_, true, validation_.emplace_back());
    }
  }
  BatchSource source(training_set(config_, train_.seed), stream_options(train_, world_, state_.step), shape_,
                     train_.masked);
  const auto steps = static_cast<std::uint64_t>(train_.steps);
  const std::uint64_t first = state_.step;
  start_ = steady_seconds();
  std::string stop_cause;
  progress_.start("training", "steps", steps - first);
  bool learnt = state_.since_best >= static_cast<std::uint64_t>(train_.patience);
  while (state_.step < steps && !learnt) {
    stop_cause = parallel::stop_asked_of_any(world_);
    if (!stop_cause.empty()) break;
    learn_batch(source.next());
    progress_.update(state_.step - first);
    const bool last = state_.step == steps;
    if (last || state_.step % static_cast<std::uint64_t>(train_.validate_every) == 0) {
      validate();
      learnt = state_.since_best >= static_cast<std::uint64_t>(train_.patience);
    }
    if (!last && !learnt && state_.step % static_cast<std::uint64_t>(train_.checkpoint_every) == 0) save();
  }
  progress_.finish();
  save();
  if (stop_cause.empty()) {
    const TrainingDone done{state_.step, state_.step * static_cast<std::uint64_t>(train_.tiles) * tile_.rows, first,
                            steady_seconds() - begun};
    if (world_.is_root()) write_training_record(options_.output, configuration_, done, world_);
    return ExitCode::done;
  }
  if (world_.is_root()) print_stopped(stop_cause, fmt::format("{} of {} steps are done", state_.step, steps));
  return ExitCode::stopped;
}

}  // namespace

ExitCode run_train(const TrainOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress) {
  check_training(config, world);
  if (options.dry_run) {
    try_back_end(config.train, world);
    const network::Network network = make_network(chosen_shape(config), 1, 64, 208, false);
    if (world.is_root())
      fmt::print("{}: {} parameters, {} steps of {} tiles of 64 trajectories from {} kinds of experiments, {} {}\n",
                 config.train.network, network.parameters(), config.train.steps, config.train.tiles,
                 config.experiments.size(), kernels::backend_name(config.train.backend),
                 kernels::precision_name(config.train.precision));
    return ExitCode::done;
  }
  return Training(options, config, world, progress).run();
}

}  // namespace an::app
