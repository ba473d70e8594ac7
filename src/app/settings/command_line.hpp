// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/settings/config.hpp"
#include "kernels/kernels.hpp"

namespace an::app {

/// Print a text on stdout and end well: `--help`, `--version`, `--dump-default`, `--dump-config`.
struct ShowText {
  std::string text;
};

/// `score`. How to score is in Config::score.
struct ScoreOptions {
  std::filesystem::path reference;                 ///< holds `track_1/`, `track_2/`
  std::vector<std::filesystem::path> submissions;  ///< at least one, each like the reference
  std::filesystem::path output;                    ///< folder for the results
  bool dry_run = false;                            ///< say what there is to score, and stop
  bool print = true;                               ///< the scores, on stdout
  int track = 0;                                   ///< only this one (1 or 2); 0: both
};

/// `simulate`. What to make is in Config::simulate, faithful and experiments.
struct SimulateOptions {
  std::filesystem::path output;
  std::vector<std::uint32_t> experiments;  ///< numbers of those to be made; empty: all
  bool raw = false;                        ///< whole boxes as well
  bool resume = false;                     ///< finish an interrupted set
  bool dry_run = false;                    ///< say what would be written, and stop
};

/// `track`. How to track is in Config::tracking.
struct TrackOptions {
  std::filesystem::path input;                 ///< a video, or a folder of videos
  std::filesystem::path output;                ///< folder for the results
  std::optional<std::filesystem::path> check;  ///< the truth of the video, or a folder of the truths of all
  bool resume = false;                         ///< leave out videos whose results are there
  bool dry_run = false;                        ///< say which videos would be tracked, and stop
};

/// `predict`. How to infer is in Config::segmentation and Config::tracking.
struct PredictOptions {
  std::filesystem::path input;    ///< holds `track_1/` (videos) or `track_2/` (trajectories), or both
  std::filesystem::path output;   ///< folder for the submission
  std::filesystem::path weights;  ///< folder of the network's weights; empty: those that come with the program
  bool resume = false;            ///< finish an interrupted submission
  bool dry_run = false;           ///< say what would be inferred, and stop
  std::filesystem::path tracked;  ///< a submission of the same input whose tracks of videos are taken; empty: none
  int track = 0;                  ///< only this one (1 or 2); 0: both
};

/// `run`. As `predict` and `score`.
struct RunOptions {
  std::filesystem::path benchmark;  ///< holds `public/`, and `ref/` where there is a truth
  std::filesystem::path output;
  std::filesystem::path weights;  ///< as PredictOptions
  bool resume = false;
  bool dry_run = false;
  std::filesystem::path tracked;  ///< as PredictOptions
  bool print_scores = true;       ///< on stdout
  int track = 0;                  ///< as PredictOptions
};

/// `report`.
struct ReportOptions {
  std::vector<std::filesystem::path> results;  ///< folders of `run`, `score` or `predict`; at least one
  std::filesystem::path output;                ///< folder for the page and its tables; empty: the first of `results`
  bool dry_run = false;                        ///< say which page would be written, and stop
};

/// `scaling`.
struct ScalingOptions {
  std::vector<std::filesystem::path> results;  ///< folders of runs; at least one
  std::filesystem::path output;                ///< folder for tables and figures
  std::size_t simulate_ranks = 0;              ///< simulate schedules up to this many ranks; 0: none
  std::size_t items = 100000;                  ///< of a simulated schedule
  std::optional<double> counter_seconds;       ///< what asking for an item costs; else measured
  bool dry_run = false;                        ///< say which times there are, and stop
};

/// Share of the paper's data that `paper` makes where nothing else is asked for.
inline constexpr double usual_paper_scale = 0.1;

/// `paper`. How to track, infer and score is in the configuration.
struct PaperOptions {
  std::filesystem::path output;
  std::vector<std::string> methods;                ///< empty: all there are
  std::optional<std::filesystem::path> benchmark;  ///< holds `public/` and `ref/`; none: simulated
  std::filesystem::path weights;                   ///< as PredictOptions
  std::uint64_t seed = 1;
  std::optional<double> scale;       ///< share of the paper's data
  std::optional<std::int64_t> fovs;  ///< of each of the benchmark's experiments
  bool full = false;                 ///< all of the paper's data
  std::vector<std::string> only;     ///< `table_4`, …; empty: all
  bool resume = false;
  bool dry_run = false;
};

/// `verify`.
struct VerifyOptions {
  std::filesystem::path submission;
  std::optional<std::filesystem::path> public_data;  ///< the challenge's data that the submission answers
  bool dry_run = false;                              ///< say which files would be checked, and stop
};

/// `train`. What to train is in Config::train and experiments.
struct TrainOptions {
  std::filesystem::path output;
  bool resume = false;  ///< go on with an interrupted training (or begin one)
  bool dry_run = false;
};

/// `network`.
struct NetworkOptions {
  enum class Action { forward, gradient, info, import_keras } action = Action::info;
  std::filesystem::path weights;
  std::filesystem::path keras;   ///< import_keras: what Keras saved
  std::filesystem::path input;   ///< HDF5 with `/input` (and `/target`)
  std::filesystem::path output;  ///< import_keras: empty for the name of what Keras saved, without `.weights`
  std::string shape;             ///< a shape's name; with neither it nor weights: info of all, import from the file
  std::optional<kernels::LossKind> task{};  ///< import_keras: if not what the number of outputs tells
  kernels::Backend backend = kernels::Backend::reference;
  kernels::Precision precision = kernels::Precision::f32;
  std::size_t repeat = 0;  ///< forward, gradient: times to do it again, for a print of milliseconds
  bool dry_run = false;
};

/// `info`.
struct InfoOptions {
  bool mpi = false;  ///< also list the ranks and their hosts
};

/// What there is to do: a text to show, or one of the subcommands.
using CommandOptions =
    std::variant<ShowText, ScoreOptions, SimulateOptions, TrackOptions, PredictOptions, RunOptions, ReportOptions,
                 ScalingOptions, PaperOptions, VerifyOptions, TrainOptions, NetworkOptions, InfoOptions>;

/// A command line that has been understood, and the configuration it asks for.
struct ParsedCommand {
  CommandOptions command;
  Config config;
};

/// Text of the configuration file that an option names; `-` is stdin. \throws ConfigError when it cannot be read
using ReadConfigText = std::function<std::string(const std::string& option, const std::string& file)>;

/// Understands the arguments after the program's name. Touches no file but through `read_config_text`.
/// The configuration is: defaults, then the files (`--config`, `--parameters`, `--params`) and `--faithful`, then
/// `--set` in order, then the options that stand for one setting. \throws ConfigError for anything that is unknown
/// (with the nearest known name), missing or out of range
ParsedCommand parse_command_line(const std::vector<std::string>& arguments, const ReadConfigText& read_config_text);

}  // namespace an::app
