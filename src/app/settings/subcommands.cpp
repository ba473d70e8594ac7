// SPDX-License-Identifier: MIT
#include "app/settings/subcommands.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "app/settings/command_words.hpp"
#include "core/error.hpp"

namespace an::app {

namespace {

// What does not fit into 64 bits is read as the largest number, and so is beyond this.
constexpr std::int64_t largest_number = std::numeric_limits<std::int64_t>::max() - 1;

void declare_score(Subcommand& command) {
  auto& options = command.options<ScoreOptions>();
  command->add_option("--reference", options.reference, "folder that holds the truth: track_1/, track_2/")
      ->type_name("DIR");
  command
      ->add_option("--submission", options.submissions,
                   "folder of a submission, or of several submissions (repeatable)")
      ->type_name("DIR")
      ->expected(1)
      ->take_all();
  command.require("--reference", options.reference);
  command.require("--submission", options.submissions);
  command.add_output(options.output, "folder for the results");
  command.add_setting("--rules", "score.rules",
                      "official (bug for bug as the challenge's scorer) or paper (as published)");
  command.add_setting("--match", "score.match", "index, or appearance where the reference's CSVs were renumbered");
  command.add_switch("--lenient", "score.lenient",
                     "score what can be scored where the official scorer would stop or give up a task");
  command.add_setting("--bootstrap", "score.bootstrap", "resamples for confidence intervals of every metric (0: none)");
  command.add_setting("--confidence", "score.confidence", "of the intervals, e.g. 0.95");
  command.add_setting("--seed", "score.seed", "of the resampling");
}

void declare_simulate(Subcommand& command) {
  auto& options = command.options<SimulateOptions>();
  command
      ->add_option("--params", command.configuration().params_file,
                   "one experiment in the package's words (JSON) instead of [[experiment]]")
      ->type_name("FILE");
  command.add_output(options.output, "new folder for the data");
  command.add_setting("--seed", "simulate.seed", "names all random numbers");
  command.add_setting("--fovs", "simulate.fovs", "fields of view of each experiment");
  command->add_option("--experiments", options.experiments, "only these, e.g. 1,3")->delimiter(',');
  command.add_setting("--format", "simulate.format", "auto, text or hdf5");
  command
      ->add_option("--faithful", command.configuration().faithful,
                   "false: without the package's oddities (one by one: --set faithful.KEY=false)")
      ->type_name("true|false");
  command->add_flag("--raw", options.raw, "write the whole boxes, too: raw/exp_E_fov_F.h5");
  command.add_resume(options.resume, "finish an interrupted data set (or begin a new one)");
}

void declare_track(Subcommand& command) {
  auto& options = command.options<TrackOptions>();
  command->add_option("--input", options.input, "TIFF video, or a folder of videos (searched throughout)")
      ->type_name("VIDEO|DIR");
  command.require("--input", options.input);
  command.add_output(options.output, "folder for the tracks; many videos get a folder each");
  command->add_option("--parameters", command.configuration().tracking_file, "TOML file with the keys of [tracking]")
      ->type_name("FILE");
  command.add_setting("--method", "tracking.method", "likelihood, or crocker-grier as trackpy does it");
  command.add_setting("--format", "tracking.format", "csv or hdf5");
  command.add_setting("--vip-map", "tracking.vip_map", "whether page 0 is the map of VIPs: auto, yes or no");
  command->add_option_function<std::string>(
      "--axes",
      [&command](const std::string& axes) {
        if (axes != "TYX" && axes != "auto")
          throw ConfigError(fmt::format("track: --axes is {} (expected TYX: all pages are frames, or auto)", axes));
        command.configuration().settings.push_back(
            {"--axes", "tracking.all_pages_are_frames", axes == "TYX" ? "true" : "false"});
      },
      "TYX takes all pages for frames, whatever the file calls them");
  command.add_switch("--overlay", "tracking.overlay",
                     "draw the tracks over the brightest value of each pixel: overlay.svg");
  command.add_switch("--trackmate", "tracking.trackmate", "also write TrackMate's table of spots: trackmate.csv");
  command
      ->add_option("--check", options.check,
                   "compare with the truth: a CSV with traj_idx,frame and x,y (or row,col), or a folder of them; with "
                   "--resume, videos that are done are tracked again")
      ->type_name("GT.csv|DIR");
  command.add_resume(options.resume, "leave out videos that are done (or begin anew)");
}

void add_weights(Subcommand& command, std::filesystem::path& weights) {
  command->add_option("--weights", weights, "folder of the networks' weights, instead of those that come with it")
      ->type_name("DIR");
}

void add_method(Subcommand& command, std::filesystem::path& weights) {
  command.add_setting(
      "--method", "predict.method",
      "hybrid (likelihood and unet), likelihood (exact, no training), unet (a trained network) or paper (the "
      "AnomalousNet paper's three networks and chain)");
  add_weights(command, weights);
  command.add_setting("--backend", "predict.backend", "of the network: reference, onednn (the default) or cuda");
  command.add_setting("--precision", "predict.precision", "of the network: f32 (the default) or bf16");
  command.add_setting("--seed", "segmentation.seed", "of the paths drawn from the posterior");
}

void declare_predict(Subcommand& command) {
  auto& options = command.options<PredictOptions>();
  command
      ->add_option("--input", options.input,
                   "folder of public data: track_2/exp_E/trajs_fov_F.csv, track_1/exp_E/videos_fov_F.tiff")
      ->type_name("PUBLIC");
  command.require("--input", options.input);
  command.add_output(options.output, "folder for the submission", "SUB");
  add_method(command, options.weights);
  command.add_resume(options.resume, "finish an interrupted submission (or begin one)");
}

void declare_run(Subcommand& command) {
  auto& options = command.options<RunOptions>();
  command->add_option("--benchmark", options.benchmark, "folder that holds public/, and ref/ where there is a truth")
      ->type_name("DIR");
  command.require("--benchmark", options.benchmark);
  command.add_output(options.output, "folder for the submission, scores and report");
  add_method(command, options.weights);
  command.add_resume(options.resume, "finish an interrupted run (or begin one)");
}

void declare_report(Subcommand& command) {
  auto& options = command.options<ReportOptions>();
  command->add_option("results", options.results, "folder that run, score or predict wrote (repeatable)")
      ->type_name("OUT");
  command.require("OUT, a folder of results,", options.results);
  command->add_option("--output", options.output, "folder for the page and its tables, if not the first OUT")
      ->type_name("DIR");
}

void declare_scaling(Subcommand& command) {
  auto& options = command.options<ScalingOptions>();
  command->add_option("results", options.results, "folder of a run of any stage (repeatable)")->type_name("RESULTS");
  command.require("RESULTS, a folder of a run,", options.results);
  command.add_output(options.output, "folder for the tables and figures");
  CLI::Option* const simulate_ranks =
      command
          ->add_option("--simulate-ranks", options.simulate_ranks,
                       "also simulate schedules on up to N ranks, from runs with --set run.item_costs=true")
          ->type_name("N")
          ->check(CLI::Range(1, 1 << 20));
  command->add_option("--items", options.items, "fields of view of a simulated schedule")
      ->needs(simulate_ranks)
      ->type_name("N")
      ->check(CLI::Range(1, 10'000'000));
  command
      ->add_option("--counter-seconds", options.counter_seconds,
                   "what it costs a rank to ask for its next item (mpirun with several ranks measures it)")
      ->needs(simulate_ranks)
      ->type_name("S")
      ->check(CLI::Range(0.0, 1.0));
}

void declare_paper(Subcommand& command) {
  auto& options = command.options<PaperOptions>();
  command.add_output(options.output, "folder for data, results, tables and figures");
  command->add_option("--method", options.methods, "methods of predict, e.g. likelihood,unet (default: all)")
      ->delimiter(',')
      ->type_name("NAMES");
  command
      ->add_option("--benchmark", options.benchmark,
                   "folder with public/ and ref/ for tables 3 and 4, instead of simulated data")
      ->type_name("DIR");
  add_weights(command, options.weights);
  command->add_option("--seed", options.seed, "names all random numbers of the data")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, largest_number));
  command
      ->add_option("--scale", options.scale,
                   fmt::format("share of the paper's data that is made (default: {})", usual_paper_scale))
      ->type_name("F");
  command->add_flag("--full", options.full, "all of the paper's data (--dry-run says how long that takes)");
  command->add_option("--fovs", options.fovs, "fields of view of each of the benchmark's experiments")->type_name("N");
  command->add_option("--only", options.only, "some of them, e.g. table_4,figure_9")
      ->delimiter(',')
      ->type_name("NAMES");
  command.add_setting("--backend", "predict.backend", "of networks: reference, onednn (the default) or cuda");
  command.add_resume(options.resume, "finish an interrupted run (or begin one)");
}

void declare_verify(Subcommand& command) {
  auto& options = command.options<VerifyOptions>();
  command->add_option("submission", options.submission, "folder of the submission")->type_name("SUB");
  command.require("SUB, the submission's folder,", options.submission);
  command
      ->add_option("--public", options.public_data,
                   "folder of the challenge's public data, to compare indices, lengths and VIPs")
      ->type_name("DIR");
}

void declare_train(Subcommand& command) {
  auto& options = command.options<TrainOptions>();
  command.add_output(options.output, "folder for weights, checkpoint and learning curve");
  command.add_setting("--seed", "train.seed", "names all random numbers");
  command.add_setting("--backend", "train.backend", "reference, onednn (the default) or cuda");
  command.add_setting("--precision", "train.precision", "f32 (the default) or bf16");
  command.add_resume(options.resume, "go on with an interrupted training (or begin one)");
}

void declare_network(Subcommand& command) {
  auto& options = command.options<NetworkOptions>();
  command
      ->add_option_function<std::string>(
          "action", [&options](const std::string& action) { options.action = network_action_of(action); },
          "forward, gradient, info or import (of what Keras saved)")
      ->type_name("ACTION");
  command->add_option("keras", options.keras, "import: the file KERAS.weights.h5")->type_name("KERAS");
  command->add_option("--weights", options.weights, "weights file; import: one of the same shape, if need be")
      ->type_name("W.h5");
  command->add_option("--shape", options.shape, "info, import: a shape's name instead of a weights file")
      ->type_name("NAME");
  command
      ->add_option_function<std::string>(
          "--task", [&options](const std::string& name) { options.task = task_of("--task", name); },
          "import: mae (the usual of one output a frame), msle, cce or joint")
      ->type_name("TASK");
  command->add_option("--input", options.input, "HDF5 file with /input, for gradients also /target")->type_name("X.h5");
  command->add_option("--output", options.output, "HDF5 file to write; import: KERAS.h5 in this folder, if not given")
      ->type_name("Y.h5");
  command->add_option_function<std::string>(
      "--backend", [&options](const std::string& name) { options.backend = backend_of("--backend", name); },
      "reference (the default), onednn or cuda");
  command->add_option_function<std::string>(
      "--precision", [&options](const std::string& name) { options.precision = precision_of("--precision", name); },
      "f32 (the default) or bf16");
  command
      ->add_option("--repeat", options.repeat,
                   "forward, gradient: do it N times more and print milliseconds (gradient: a whole training step)")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000'000));
  using Action = NetworkOptions::Action;
  const auto is = [&options](Action action) { return options.action == action; };
  command.require_that(
      "--weights", [&options, is] { return !options.weights.empty() || is(Action::info) || is(Action::import_keras); });
  command.require_that("the file that Keras saved",
                       [&options, is] { return !options.keras.empty() || !is(Action::import_keras); });
  command.require_that(
      "--input", [&options, is] { return !options.input.empty() || is(Action::info) || is(Action::import_keras); });
  command.require_that(
      "--output", [&options, is] { return !options.output.empty() || is(Action::info) || is(Action::import_keras); });
}

void declare_info(Subcommand& command) {
  auto& options = command.options<InfoOptions>();
  command->add_flag("--mpi", options.mpi, "list the ranks and their hosts");
}

}  // namespace

std::deque<Subcommand> declare_subcommands(CLI::App& program, CommonOptions& common) {
  std::deque<Subcommand> all;
  const auto add = [&](void (*declare)(Subcommand&), const char* name, const char* what, const char* example) {
    Subcommand& command = all.emplace_back(program, common, name, what, example);
    declare(command);
    command.add_common();
  };
  add(declare_score, "score", "Score submissions to the 2nd AnDi Challenge against its reference",
      "mpirun -n 4 anomalousnet score --reference ref --submission res --output scores");
  add(declare_simulate, "simulate", "Simulate data sets of the challenge: trajectories, videos and their truth",
      "mpirun -n 4 anomalousnet simulate --config configs/andi2_benchmark.toml --output data");
  add(declare_track, "track", "Find particles in videos and join them to trajectories",
      "anomalousnet track --input videos --output tracks");
  add(declare_predict, "predict", "Infer change points, alpha, K and states: a whole submission",
      "mpirun -n 4 anomalousnet predict --input public_data --output res");
  add(declare_run, "run", "Infer, score and report a benchmark: the main job",
      "mpirun -n 4 anomalousnet run --benchmark benchmark --output results");
  add(declare_report, "report", "Write one page of tables and figures from the results in folders",
      "anomalousnet report results");
  add(declare_scaling, "scaling", "Tables and figures of strong and weak scaling, from the times of runs",
      "anomalousnet scaling run_1 run_2 run_4 --output scaling");
  add(declare_paper, "paper", "Make the AnomalousNet paper's tables and figures anew, beside the published values",
      "mpirun -n 2 anomalousnet paper --output paper --method likelihood,unet --seed 7");
  add(declare_verify, "verify", "Check a submission before it is sent: exit code 6 if anything is wrong",
      "anomalousnet verify res --public public_data");
  add(declare_train, "train", "Train a network on simulated trajectories",
      "mpirun -n 2 anomalousnet train --config configs/train_default.toml --output training");
  add(declare_network, "network", "Run a network alone, or tell what it is",
      "anomalousnet network forward --weights w.h5 --input x.h5 --output y.h5");
  add(declare_info, "info", "Print version, build, libraries, back ends and ranks",
      "mpirun -n 2 anomalousnet info --mpi");
  return all;
}

}  // namespace an::app
