// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/changepoint_metrics.hpp"
#include "kernels/kernels.hpp"
#include "network/network_shape.hpp"
#include "segmentation/method_part.hpp"
#include "segmentation/paper_chain.hpp"
#include "segmentation/trajectory_inference.hpp"
#include "simulation/experiment.hpp"
#include "simulation/fov_video.hpp"
#include "tracking/crocker_grier.hpp"
#include "tracking/spot_detector.hpp"

namespace an::app {

/// How a reference's label rows belong to its trajectories.
enum class Match {
  index,      ///< by the trajectory index both hold
  appearance  ///< row i belongs to the trajectory that appears i-th in the CSV
};

/// How progress is shown on stderr.
enum class ProgressMode {
  automatic,  ///< a bar on a terminal, lines elsewhere
  bar,
  lines,
  off
};

/// Section `[score]`.
struct ScoreConfig {
  evaluation::Rules rules = evaluation::Rules::official;
  Match match = Match::index;
  bool lenient = false;        ///< score what can be scored instead of stopping at the first unusable file
  std::int64_t bootstrap = 0;  ///< resamples; 0: no intervals
  double confidence = 0.95;    ///< of the intervals, in (0, 1)
  std::uint64_t seed = 1;      ///< below 2^63, the largest integer of TOML
  std::int64_t problems = 1000;
};

/// How a simulated data set is written.
enum class DataFormat {
  automatic,  ///< text, unless there are very many fields of view
  text,       ///< the challenge's files
  hdf5        ///< shards of many fields of view
};

/// Section `[simulate]`.
struct SimulateConfig {
  std::uint64_t seed = 1;
  std::int64_t fovs = 1;  ///< of each experiment
  std::int64_t frames = 200;
  simulation::FovParameters fov;
  std::int64_t first_experiment = 1;  ///< number of the first one
  bool videos = false;
  std::int64_t vips = 0;  ///< labelled particles a field of view
  DataFormat format = DataFormat::automatic;
  std::int64_t shard_fovs = 256;  ///< fields of view in an HDF5 file
  std::int64_t deflate = 1;       ///< level of compression of HDF5, 0 to 9
};

/// How videos are tracked.
enum class TrackingMethod {
  likelihood,    ///< matched filter, Poisson fits, links by likelihood
  crocker_grier  ///< as trackpy
};

/// Whether the first page of a video is the map of VIPs.
enum class VipMap { automatic, yes, no };

/// What tracks are written as.
enum class TrackFormat { csv, hdf5 };

/// Section `[tracking]`.
struct TrackingConfig {
  TrackingMethod method = TrackingMethod::likelihood;
  VipMap vip_map = VipMap::automatic;
  bool all_pages_are_frames = false;
  TrackFormat format = TrackFormat::csv;
  bool trackmate = false;
  bool overlay = false;
  std::int64_t memory = 3;  ///< frames
  tracking::CrockerGrierParameters crocker_grier;
  double search_range = 7;  ///< px
  double adaptive_step = 0.95;
  double adaptive_stop = 0;  ///< px; 0: the range does not adapt
  tracking::SpotDetectorParameters spots;
  double longest_step = 20;         ///< px
  std::int64_t shortest_track = 2;  ///< localisations
};

/// Section `[segmentation]`.
struct SegmentationConfig {
  double noise = 0.12;                     ///< px; of given trajectories; 0 estimates it
  std::int64_t fitted_trajectories = 200;  ///< of each experiment, for its states
  std::int64_t paths = 256;                ///< drawn from the posterior of each trajectory
  double expected_jaccard = 0.85;
  double error_weight = 0.045;
  double video_error_weight = 0.08;
  double usual_error = 1;  ///< frames
  std::uint64_t seed = 1;
  segmentation::MethodPart left_out = segmentation::MethodPart::none;
};

/// How trajectories are solved.
enum class Method {
  likelihood,  ///< exact likelihood, no training
  unet,        ///< a network's predictions of frames
  paper,       ///< the AnomalousNet paper's three networks and its chain
  hybrid       ///< likelihood and network together
};

/// Whether a method fits a model to each experiment.
constexpr bool fits_model(Method method) { return method == Method::likelihood || method == Method::hybrid; }

/// Section `[predict]`.
struct PredictConfig {
  Method method = Method::hybrid;
  kernels::Backend backend = kernels::Backend::onednn;
  kernels::Precision precision = kernels::Precision::f32;
  segmentation::BeliefShares shares;  ///< of the network in `hybrid`
};

/// What ends the search of change points.
enum class ChainEnd { number, penalty, residual };

/// Section `[chain]`: the paper's chain.
struct ChainConfig {
  segmentation::ChainOptions options{.search = {.width = 20}, .end = {}};  ///< without their end
  ChainEnd end = ChainEnd::penalty;
  std::int64_t number = 1;  ///< of change points a trajectory
  double penalty = 2;
  double residual = 1;
};

/// Section `[train]`.
struct TrainConfig {
  std::string network = "default";  ///< a shape's name, or custom_network
  std::uint64_t seed = 1;
  std::int64_t tiles = 32;  ///< of a batch, over all ranks; each of 64 trajectories
  std::int64_t steps = 20000;
  double rate = 2e-3;  ///< highest learning rate
  std::int64_t warmup = 500;
  double decay = 0.01;  ///< of weights, decoupled
  double scale = 1;     ///< px; steps are divided by it, where they are all a network gets
  bool masked = true;   ///< what is no particle counts nothing
  kernels::Backend backend = kernels::Backend::onednn;
  kernels::Precision precision = kernels::Precision::f32;
  std::int64_t threads = 1;  ///< that simulate, of each rank
  std::int64_t validate_every = 500;
  std::int64_t validation_tiles = 64;
  std::int64_t checkpoint_every = 5000;
  std::int64_t patience = 1000000;  ///< validations without a better one before training ends
};

inline constexpr const char* custom_network = "custom";  ///< the shape of section `[network]`

/// Section `[run]`.
struct RunConfig {
  ProgressMode progress = ProgressMode::automatic;
  int verbosity = 0;                    ///< -1 errors only, 0 the usual, 1 names all that is cut short otherwise
  bool item_costs = false;              ///< write what each work item took
  std::optional<double> max_seconds{};  ///< stop in order after these; from the command line only
};

/// Everything that can be configured, with its defaults; a section a member, a key a member of that.
/// The names, ranges and explanations are declared once, in declared_settings.cpp.
struct Config {
  ScoreConfig score;
  SimulateConfig simulate;
  simulation::VideoParameters video;
  simulation::Quirks faithful;
  TrackingConfig tracking;
  SegmentationConfig segmentation;
  PredictConfig predict;
  ChainConfig chain;
  TrainConfig train;
  network::NetworkShape network = network::default_shape();  ///< section `[network]`
  RunConfig run;
  std::vector<simulation::ExperimentSpec> experiments;  ///< the `[[experiment]]` tables
  std::string experiments_toml;                         ///< their text, or that of --params as a comment

  /// Side in px that boxes have to hold; 0 where the field of view lies as in a box of 230.4 px, whatever the box is.
  double side_in_box() const { return faithful.fov_in_default_box ? 0 : simulate.fov.side; }
};

/// Changes what a TOML text mentions. \param file what to call the text in messages
/// \param assignments of `section.key=value`, applied before experiments are read, which have to go with the settings
/// \throws ConfigError `file:line:column: …` for bad syntax, an unknown section or key (with the nearest known one), a
/// wrong type or a value out of range
void apply_toml(Config& config, std::string_view text, const std::string& file,
                const std::vector<std::string>& assignments = {});

/// The same for a text that may also hold the keys of one section without naming it.
void apply_section_toml(Config& config, const std::string& section, std::string_view text, const std::string& file);

/// Changes one value from its text. \param key `section.key` \param origin the option it came from, for messages
/// \throws ConfigError as apply_toml does
void apply_setting(Config& config, std::string_view key, std::string_view value, const std::string& origin);

/// Changes one value from `section.key=value`, as `--set` takes it. \throws ConfigError as apply_toml does
void apply_assignment(Config& config, std::string_view assignment);

/// A TOML text with an explanation above each key, which reads back to the same configuration.
std::string config_toml(const Config& config);

/// The same values as JSON, a section an object, for the output's echo of its input.
nlohmann::ordered_json config_json(const Config& config);

}  // namespace an::app
