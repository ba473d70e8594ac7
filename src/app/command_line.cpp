// SPDX-License-Identifier: MIT
#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/command_words.hpp"
#include "app/nearest_name.hpp"
#include "app/package_parameters.hpp"
#include "app/program_info.hpp"
#include "core/error.hpp"

namespace an::app {

namespace {

// Options that every subcommand has.
struct CommonOptions {
  std::string config_file;
  std::vector<std::string> assignments;
  std::vector<std::pair<std::string, std::string>>
      settings;  ///< key and value of options that have a name of their own
  bool dump_default = false;
  bool dump_config = false;
  bool dry_run = false;
  bool quiet = false;
  int verbose = 0;
  std::optional<double> max_seconds;
};

// An option that stands for a configuration key.
void add_setting(CLI::App& command, CommonOptions& common, const std::string& option, const std::string& key,
                 const std::string& what) {
  command.add_option_function<std::string>(
      option, [&common, key](const std::string& value) { common.settings.emplace_back(key, value); }, what);
}

void add_common(CLI::App& command, CommonOptions& common) {
  command.add_option("--config", common.config_file, "TOML file of settings; - is stdin")->type_name("FILE");
  command.add_option("--set", common.assignments, "change one setting, e.g. score.seed=7 (repeatable)")
      ->type_name("SECTION.KEY=VALUE")
      ->expected(1)
      ->take_all();
  command.add_flag("--dump-default", common.dump_default, "print all settings with their defaults, and stop");
  command.add_flag("--dump-config", common.dump_config, "print all settings as they would be used, and stop");
  command.add_flag("--dry-run", common.dry_run, "say what would be done, and stop");
  add_setting(command, common, "--progress", "run.progress", "auto, bar, lines or off");
  command.add_flag("-q,--quiet", common.quiet, "no progress and no problems, only results and errors");
  command.add_flag("-v,--verbose", common.verbose, "more words");
}

// What commands have that can be broken off and taken up again.
void add_resume(CLI::App& command, CommonOptions& common, bool& resume, const std::string& what) {
  command.add_flag("--resume", resume, what);
  command.add_option_function<std::string>(
      "--max-time", [&common](const std::string& text) { common.max_seconds = duration_of("--max-time", text); },
      "stop in order after this time, e.g. 3h50m, as after SIGTERM or SIGUSR1; exit code 5");
}

// The nearest known option or subcommand, as a question.
std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string name = nearest_name(word, known);
  return name.empty() ? "" : fmt::format("; did you mean {}?", name);
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> subcommand_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

[[noreturn]] void report_extra(const CLI::App& program) {
  for (const CLI::App* command : program.get_subcommands()) {
    for (const std::string& word : command->remaining()) {
      const std::string name = word.substr(0, word.find('='));
      if (word.starts_with('-'))
        throw ConfigError(fmt::format("{}: unknown option {}{}", command->get_name(), name,
                                      suggestion(name, option_names(*command))));
      throw ConfigError(fmt::format("{}: unexpected argument '{}' (see anomalousnet {} --help)", command->get_name(),
                                    word, command->get_name()));
    }
  }
  const std::vector<std::string> words = program.remaining();
  if (words.empty()) throw ConfigError("a subcommand is missing (see anomalousnet --help)");
  if (words[0].starts_with('-'))
    throw ConfigError(fmt::format("unknown option {}{}", words[0], suggestion(words[0], option_names(program))));
  throw ConfigError(fmt::format("unknown subcommand {}{}", words[0], suggestion(words[0], subcommand_names(program))));
}

// Names of an option apart, `-h, --help`, as man pages have them.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, is_positional);
    if (const std::size_t comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, 1, ' ');
    return name;
  }
};

// Everything CLI11 knows of, in one place: the help texts are made of it.
class CommandLine {
 public:
  CommandLine() {
    program_.formatter(std::make_shared<HelpFormatter>());
    program_.allow_extras();
    program_.require_subcommand(0, 1);  // `network info` is not `info`
    program_.add_flag("--version", version_, "print the version and stop");
    program_.set_help_flag("-h,--help", "print this and stop");
    add_score();
    add_simulate();
    add_track();
    add_predict();
    add_run();
    add_report();
    add_scaling();
    add_paper();
    add_verify();
    add_train();
    add_network();
    add_info();
    program_.get_formatter()->column_width(32);
  }

  ParsedCommand parse(const std::vector<std::string>& arguments, const ReadConfigText& read_config_text) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      program_.parse(reversed);
    } catch (const CLI::CallForHelp&) {
      return shown(program_.help());
    } catch (const CLI::ParseError& error) {
      throw ConfigError(fmt::format("{}{}", prefix(), error.what()));
    }
    if (version_) return shown(version_text() + "\n");
    const std::vector<CLI::App*> chosen = program_.get_subcommands();
    const bool extra =
        std::any_of(chosen.begin(), chosen.end(), [](const CLI::App* c) { return c->remaining_size() > 0; });
    if (chosen.empty() || program_.remaining_size() > 0 || extra) report_extra(program_);
    if (common_.dump_default) return shown(config_toml(Config{}));
    ParsedCommand parsed;
    parsed.config = configuration(read_config_text);
    if (common_.dump_config) return shown(config_toml(parsed.config));
    parsed.command = command();
    return parsed;
  }

 private:
  static ParsedCommand shown(std::string text) { return {ShowText{std::move(text)}, {}}; }

  CLI::App& selected() {
    const auto chosen = program_.get_subcommands();
    return chosen.empty() ? program_ : *chosen.front();
  }
  std::string prefix() { return &selected() == &program_ ? "" : selected().get_name() + ": "; }

  CLI::App& add_command(const std::string& name, const std::string& what, const std::string& example) {
    CLI::App& command = *program_.add_subcommand(name, what);
    command.allow_extras();
    command.set_help_flag("-h,--help", "print this and stop");
    command.footer("Example:\n  " + example);
    command.get_formatter()->column_width(32);
    return command;
  }

  void add_score() {
    score_ = &add_command("score", "Score submissions to the 2nd AnDi Challenge against its reference",
                          "mpirun -n 4 anomalousnet score --reference ref --submission res --output scores");
    score_->add_option("--reference", score_options_.reference, "folder that holds the truth: track_1/, track_2/")
        ->type_name("DIR");
    score_
        ->add_option("--submission", score_options_.submissions,
                     "folder of a submission, or of several submissions (repeatable)")
        ->type_name("DIR")
        ->expected(1)
        ->take_all();
    score_->add_option("--output", score_options_.output, "folder for the results")->type_name("DIR");
    add_setting(*score_, common_, "--rules", "score.rules",
                "official (bug for bug as the challenge's scorer) or paper (as published)");
    add_setting(*score_, common_, "--match", "score.match",
                "index, or appearance where the reference's CSVs were renumbered");
    score_->add_flag_callback(
        "--lenient", [this] { common_.settings.emplace_back("score.lenient", "true"); },
        "score what can be scored where the official scorer would stop or give up a task");
    add_setting(*score_, common_, "--bootstrap", "score.bootstrap",
                "resamples for confidence intervals of every metric (0: none)");
    add_setting(*score_, common_, "--confidence", "score.confidence", "of the intervals, e.g. 0.95");
    add_setting(*score_, common_, "--seed", "score.seed", "of the resampling");
    add_common(*score_, common_);
  }

  void add_simulate() {
    simulate_ = &add_command("simulate", "Simulate data sets of the challenge: trajectories, videos and their truth",
                             "mpirun -n 4 anomalousnet simulate --config configs/andi2_benchmark.toml --output data");
    simulate_
        ->add_option("--params", params_file_, "one experiment in the package's words (JSON) instead of [[experiment]]")
        ->type_name("FILE");
    simulate_->add_option("--output", simulate_options_.output, "new folder for the data")->type_name("DIR");
    add_setting(*simulate_, common_, "--seed", "simulate.seed", "names all random numbers");
    add_setting(*simulate_, common_, "--fovs", "simulate.fovs", "fields of view of each experiment");
    simulate_->add_option("--experiments", simulate_options_.experiments, "only these, e.g. 1,3")->delimiter(',');
    add_setting(*simulate_, common_, "--format", "simulate.format", "auto, text or hdf5");
    simulate_
        ->add_option("--faithful", faithful_,
                     "false: without the package's oddities (one by one: --set faithful.KEY=false)")
        ->type_name("true|false");
    simulate_->add_flag("--raw", simulate_options_.raw, "write the whole boxes, too: raw/exp_E_fov_F.h5");
    add_resume(*simulate_, common_, simulate_options_.resume, "finish an interrupted data set (or begin a new one)");
    add_common(*simulate_, common_);
  }

  void add_track() {
    track_ = &add_command("track", "Find particles in videos and join them to trajectories",
                          "anomalousnet track --input videos --output tracks");
    track_->add_option("--input", track_options_.input, "TIFF video, or a folder of videos (searched throughout)")
        ->type_name("VIDEO|DIR");
    track_->add_option("--output", track_options_.output, "folder for the tracks; many videos get a folder each")
        ->type_name("DIR");
    track_->add_option("--parameters", tracking_file_, "TOML file with the keys of [tracking]")->type_name("FILE");
    add_setting(*track_, common_, "--method", "tracking.method", "likelihood, or crocker-grier as trackpy does it");
    add_setting(*track_, common_, "--format", "tracking.format", "csv or hdf5");
    add_setting(*track_, common_, "--vip-map", "tracking.vip_map",
                "whether page 0 is the map of VIPs: auto, yes or no");
    track_->add_option_function<std::string>(
        "--axes",
        [this](const std::string& axes) {
          if (axes != "TYX" && axes != "auto")
            throw ConfigError(fmt::format("track: --axes is {} (expected TYX: all pages are frames, or auto)", axes));
          common_.settings.emplace_back("tracking.all_pages_are_frames", axes == "TYX" ? "true" : "false");
        },
        "TYX takes all pages for frames, whatever the file calls them");
    const auto add_flag = [this](const std::string& option, const std::string& key, const std::string& what) {
      track_->add_flag_callback(
          option, [this, key] { common_.settings.emplace_back(key, "true"); }, what);
    };
    add_flag("--overlay", "tracking.overlay", "draw the tracks over the brightest value of each pixel: overlay.svg");
    add_flag("--trackmate", "tracking.trackmate", "also write TrackMate's table of spots: trackmate.csv");
    track_
        ->add_option("--check", track_options_.check,
                     "compare with the truth: a CSV with traj_idx,frame and x,y (or row,col), or a folder of them")
        ->type_name("GT.csv|DIR");
    add_resume(*track_, common_, track_options_.resume, "leave out videos that are done (or begin anew)");
    add_common(*track_, common_);
  }

  static void add_weights(CLI::App& command, std::filesystem::path& weights) {
    command.add_option("--weights", weights, "folder of the networks' weights, instead of those that come with it")
        ->type_name("DIR");
  }

  void add_method(CLI::App& command, std::filesystem::path& weights) {
    add_setting(command, common_, "--method", "predict.method",
                "hybrid (likelihood and unet), likelihood (exact, no training), unet (a trained network) or paper (the "
                "AnomalousNet paper's three networks and chain)");
    add_weights(command, weights);
    add_setting(command, common_, "--backend", "predict.backend", "of the network: reference, onednn or cuda");
    add_setting(command, common_, "--precision", "predict.precision", "of the network: f32 or bf16");
    add_setting(command, common_, "--seed", "segmentation.seed", "of the paths drawn from the posterior");
  }

  void add_predict() {
    predict_ = &add_command("predict", "Infer change points, alpha, K and states: a whole submission",
                            "mpirun -n 4 anomalousnet predict --input public_data --output res");
    predict_
        ->add_option("--input", predict_options_.input,
                     "folder of public data: track_2/exp_E/trajs_fov_F.csv, track_1/exp_E/videos_fov_F.tiff")
        ->type_name("PUBLIC");
    predict_->add_option("--output", predict_options_.output, "folder for the submission")->type_name("SUB");
    add_method(*predict_, predict_options_.weights);
    add_resume(*predict_, common_, predict_options_.resume, "finish an interrupted submission (or begin one)");
    add_common(*predict_, common_);
  }

  void add_run() {
    run_ = &add_command("run", "Infer, score and report a benchmark: the main job",
                        "mpirun -n 4 anomalousnet run --benchmark benchmark --output results");
    run_->add_option("--benchmark", run_options_.benchmark,
                     "folder that holds public/, and ref/ where there is a truth")
        ->type_name("DIR");
    run_->add_option("--output", run_options_.output, "folder for the submission, scores and report")->type_name("DIR");
    add_method(*run_, run_options_.weights);
    add_resume(*run_, common_, run_options_.resume, "finish an interrupted run (or begin one)");
    add_common(*run_, common_);
  }

  void add_report() {
    report_ = &add_command("report", "Write one page of tables and figures from the results in folders",
                           "anomalousnet report results");
    report_->add_option("results", report_options_.results, "folder that run, score or predict wrote (repeatable)")
        ->type_name("OUT");
    report_->add_option("--output", report_options_.output, "folder for the page and its tables, if not the first OUT")
        ->type_name("DIR");
    add_common(*report_, common_);
  }

  void add_scaling() {
    scaling_ = &add_command("scaling", "Tables and figures of strong and weak scaling, from the times of runs",
                            "anomalousnet scaling run_1 run_2 run_4 --output scaling");
    scaling_->add_option("results", scaling_options_.results, "folder of a run of any stage (repeatable)")
        ->type_name("RESULTS");
    scaling_->add_option("--output", scaling_options_.output, "folder for the tables and figures")->type_name("DIR");
    scaling_
        ->add_option("--simulate-ranks", scaling_options_.simulate_ranks,
                     "also simulate schedules on up to N ranks, from runs with --set run.item_costs=true")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 20));
    scaling_->add_option("--items", scaling_options_.items, "fields of view of a simulated schedule")
        ->type_name("N")
        ->check(CLI::Range(1, 10'000'000));
    scaling_
        ->add_option("--counter-seconds", scaling_options_.counter_seconds,
                     "what it costs a rank to ask for its next item (mpirun with several ranks measures it)")
        ->type_name("S")
        ->check(CLI::Range(0.0, 1.0));
    add_common(*scaling_, common_);
  }

  void add_paper() {
    paper_ = &add_command("paper", "Make the AnomalousNet paper's tables and figures anew, beside the published values",
                          "mpirun -n 2 anomalousnet paper --output paper --method likelihood,unet --seed 7");
    paper_->add_option("--output", paper_options_.output, "folder for data, results, tables and figures")
        ->type_name("DIR");
    paper_->add_option("--method", paper_options_.methods, "methods of predict, e.g. likelihood,unet (default: all)")
        ->delimiter(',')
        ->type_name("NAMES");
    paper_
        ->add_option("--benchmark", paper_options_.benchmark,
                     "folder with public/ and ref/ for tables 3 and 4, instead of simulated data")
        ->type_name("DIR");
    add_weights(*paper_, paper_options_.weights);
    paper_->add_option("--seed", paper_options_.seed, "names all random numbers of the data")->type_name("N");
    paper_
        ->add_option("--scale", paper_options_.scale,
                     fmt::format("share of the paper's data that is made (default: {})", usual_paper_scale))
        ->type_name("F");
    paper_->add_flag("--full", paper_options_.full, "all of the paper's data (takes hours)");
    paper_->add_option("--fovs", paper_options_.fovs, "fields of view of each of the benchmark's experiments")
        ->type_name("N");
    paper_->add_option("--only", paper_options_.only, "some of them, e.g. table_4,figure_9")
        ->delimiter(',')
        ->type_name("NAMES");
    add_setting(*paper_, common_, "--backend", "predict.backend", "of networks: reference, onednn or cuda");
    add_resume(*paper_, common_, paper_options_.resume, "finish an interrupted run (or begin one)");
    add_common(*paper_, common_);
  }

  void add_verify() {
    verify_ = &add_command("verify", "Check a submission before it is sent: exit code 6 if anything is wrong",
                           "anomalousnet verify res --public public_data");
    verify_->add_option("submission", verify_options_.submission, "folder of the submission")->type_name("SUB");
    verify_
        ->add_option("--public", verify_options_.public_data,
                     "folder of the challenge's public data, to compare indices and lengths")
        ->type_name("DIR");
    add_common(*verify_, common_);
  }

  void add_train() {
    train_ = &add_command("train", "Train a network on simulated trajectories",
                          "mpirun -n 2 anomalousnet train --config configs/train_default.toml --output training");
    train_->add_option("--output", train_options_.output, "folder for weights, checkpoint and learning curve")
        ->type_name("DIR");
    add_setting(*train_, common_, "--seed", "train.seed", "names all random numbers");
    add_setting(*train_, common_, "--backend", "train.backend", "reference, onednn or cuda");
    add_setting(*train_, common_, "--precision", "train.precision", "f32 or bf16");
    add_resume(*train_, common_, train_options_.resume, "go on with an interrupted training (or begin one)");
    add_common(*train_, common_);
  }

  void add_network() {
    network_ = &add_command("network", "Run a network alone, or tell what it is",
                            "anomalousnet network forward --weights w.h5 --input x.h5 --output y.h5");
    network_
        ->add_option_function<std::string>(
            "action", [this](const std::string& action) { network_options_.action = network_action_of(action); },
            "forward, gradient, info or import (of what Keras saved)")
        ->type_name("ACTION");
    network_->add_option("keras", keras_weights_, "import: the file KERAS.weights.h5")->type_name("KERAS");
    network_->add_option("--weights", network_options_.weights, "weights file; import: one of the same shape")
        ->type_name("W.h5");
    network_->add_option("--shape", network_options_.shape, "info, import: a shape's name instead of a weights file")
        ->type_name("NAME");
    network_->add_option("--input", network_options_.input, "HDF5 file with /input, for gradients also /target")
        ->type_name("X.h5");
    network_->add_option("--output", network_options_.output, "HDF5 file to write")->type_name("Y.h5");
    network_->add_option_function<std::string>(
        "--backend", [this](const std::string& name) { network_options_.backend = backend_of("--backend", name); },
        "reference, onednn or cuda");
    network_->add_option_function<std::string>(
        "--precision",
        [this](const std::string& name) { network_options_.precision = precision_of("--precision", name); },
        "f32 or bf16");
    network_
        ->add_option("--repeat", network_options_.repeat,
                     "forward, gradient: do it N times more and print milliseconds (gradient: a whole training step)")
        ->type_name("N");
    add_common(*network_, common_);
  }

  void add_info() {
    info_ = &add_command("info", "Print version, build, libraries, back ends and ranks",
                         "mpirun -n 2 anomalousnet info --mpi");
    info_->add_flag("--mpi", info_options_.mpi, "list the ranks and their hosts");
    add_common(*info_, common_);
  }

  // One experiment from JSON; in the echo of the configuration it is a comment.
  void use_parameters(Config& config, const std::string& text) const {
    PackageParameters parameters = read_package_parameters(text, params_file_, config.simulate.fov.side);
    config.experiments = {std::move(parameters.spec)};
    config.simulate.frames = static_cast<std::int64_t>(parameters.frames);
    config.experiments_toml = "# --params ";
    for (const char c : text) {
      config.experiments_toml += c;
      if (c == '\n') config.experiments_toml += "# ";
    }
  }

  static simulation::Quirks quirks(bool on) { return {on, on, on, on, on, on, on, on, on}; }

  // Defaults, then the file, then --set, then the options that have a name of their own.
  Config configuration(const ReadConfigText& read_config_text) const {
    Config config;
    if (!common_.config_file.empty()) apply_toml(config, read_config_text(common_.config_file), common_.config_file);
    for (const std::string& assignment : common_.assignments) apply_assignment(config, assignment);
    if (faithful_) config.faithful = quirks(*faithful_);
    if (!tracking_file_.empty())
      apply_section_toml(config, "tracking", read_config_text(tracking_file_), tracking_file_);
    if (!params_file_.empty()) use_parameters(config, read_config_text(params_file_));
    for (const auto& [key, value] : common_.settings)
      apply_setting(config, key, value, "--" + key.substr(key.find('.') + 1));
    if (common_.verbose > 0) config.run.verbosity = common_.verbose;
    if (common_.quiet) config.run.verbosity = -1;
    config.run.max_seconds = common_.max_seconds;
    return config;
  }

  decltype(ParsedCommand::command) command() {
    if (score_->parsed()) {
      require("--reference", !score_options_.reference.empty());
      require("--submission", !score_options_.submissions.empty());
      require("--output", !score_options_.output.empty() || common_.dry_run);
      score_options_.dry_run = common_.dry_run;
      return score_options_;
    }
    if (simulate_->parsed()) {
      require("--output", !simulate_options_.output.empty() || common_.dry_run);
      simulate_options_.dry_run = common_.dry_run;
      return simulate_options_;
    }
    if (track_->parsed()) {
      require("--input", !track_options_.input.empty());
      require("--output", !track_options_.output.empty() || common_.dry_run);
      track_options_.dry_run = common_.dry_run;
      return track_options_;
    }
    if (predict_->parsed()) {
      require("--input", !predict_options_.input.empty());
      require("--output", !predict_options_.output.empty() || common_.dry_run);
      predict_options_.dry_run = common_.dry_run;
      return predict_options_;
    }
    if (run_->parsed()) {
      require("--benchmark", !run_options_.benchmark.empty());
      require("--output", !run_options_.output.empty() || common_.dry_run);
      run_options_.dry_run = common_.dry_run;
      return run_options_;
    }
    if (report_->parsed()) {
      require("OUT, a folder of results,", !report_options_.results.empty());
      report_options_.dry_run = common_.dry_run;
      return report_options_;
    }
    if (scaling_->parsed()) {
      require("RESULTS, a folder of a run,", !scaling_options_.results.empty());
      require("--output", !scaling_options_.output.empty() || common_.dry_run);
      scaling_options_.dry_run = common_.dry_run;
      return scaling_options_;
    }
    if (paper_->parsed()) {
      require("--output", !paper_options_.output.empty() || common_.dry_run);
      paper_options_.dry_run = common_.dry_run;
      return paper_options_;
    }
    if (verify_->parsed()) {
      require("SUB, the submission's folder,", !verify_options_.submission.empty());
      verify_options_.dry_run = common_.dry_run;
      return verify_options_;
    }
    if (train_->parsed()) {
      require("--output", !train_options_.output.empty() || common_.dry_run);
      train_options_.dry_run = common_.dry_run;
      return train_options_;
    }
    if (network_->parsed()) return network_command();
    return info_options_;
  }
  NetworkOptions network_command() {
    using Action = NetworkOptions::Action;
    NetworkOptions& o = network_options_;
    if (o.action == Action::import_keras) o.input = keras_weights_;
    require("--weights or --shape", !o.weights.empty() || !o.shape.empty());
    require("--weights", !o.weights.empty() || o.action == Action::info || o.action == Action::import_keras);
    require(o.action == Action::import_keras ? "the file that Keras saved" : "--input",
            !o.input.empty() || o.action == Action::info);
    require("--output", !o.output.empty() || o.action == Action::info);
    return o;
  }

  void require(const char* what, bool given) {
    if (!given)
      throw ConfigError(
          fmt::format("{}{} is required (see anomalousnet {} --help)", prefix(), what, selected().get_name()));
  }

  CLI::App program_{
      "Simulates, tracks, solves and scores the 2nd Anomalous Diffusion Challenge, alone or under mpirun.",
      "anomalousnet"};
  CommonOptions common_;
  ScoreOptions score_options_;
  SimulateOptions simulate_options_;
  TrackOptions track_options_;
  std::string tracking_file_;
  std::string params_file_;
  std::optional<bool> faithful_;
  PredictOptions predict_options_;
  RunOptions run_options_;
  ReportOptions report_options_;
  ScalingOptions scaling_options_;
  PaperOptions paper_options_;
  VerifyOptions verify_options_;
  TrainOptions train_options_;
  NetworkOptions network_options_;
  std::string keras_weights_;
  InfoOptions info_options_;
  CLI::App* score_ = nullptr;
  CLI::App* simulate_ = nullptr;
  CLI::App* track_ = nullptr;
  CLI::App* predict_ = nullptr;
  CLI::App* run_ = nullptr;
  CLI::App* report_ = nullptr;
  CLI::App* scaling_ = nullptr;
  CLI::App* paper_ = nullptr;
  CLI::App* verify_ = nullptr;
  CLI::App* train_ = nullptr;
  CLI::App* network_ = nullptr;
  CLI::App* info_ = nullptr;
  bool version_ = false;
};

}  // namespace

ParsedCommand parse_command_line(const std::vector<std::string>& arguments, const ReadConfigText& read_config_text) {
  return CommandLine().parse(arguments, read_config_text);
}

}  // namespace an::app
