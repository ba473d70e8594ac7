// SPDX-License-Identifier: MIT
#include "app/run/run_command.hpp"

#include <fmt/format.h>

#include "app/items/item_work.hpp"
#include "app/items/root_answer.hpp"
#include "app/predict/predict_command.hpp"
#include "app/report/report_command.hpp"
#include "app/score/score_command.hpp"
#include "core/error.hpp"
#include "parallel/stop_request.hpp"

namespace an::app {

namespace fs = std::filesystem;

ExitCode run_benchmark(const RunOptions& options, const Config& config, const parallel::Communicator& world,
                       Progress& progress) {
  const PredictOptions predict{options.benchmark / "public",
                               options.output / "submission",
                               options.weights,
                               options.resume,
                               options.dry_run,
                               options.tracked,
                               options.track};
  const ExitCode predicted = run_predict(predict, config, world, progress);
  if (options.dry_run || predicted == ExitCode::stopped) return predicted;
  if (const std::string cause = parallel::stop_asked_of_any(world); !cause.empty()) {
    if (world.is_root()) print_stopped(cause, "the submission is done, not its scores and report");
    return ExitCode::stopped;
  }
  const fs::path reference = options.benchmark / "ref";
  ExitCode scored = ExitCode::done;
  if (on_root(world, [&] { return fs::is_directory(reference); })) {
    ScoreOptions score;
    score.reference = reference;
    score.submissions = {options.output / "submission"};
    score.output = options.output;
    score.print = options.print_scores;
    score.track = options.track;
    Config lenient = config;
    // What could not be inferred is missing from the submission; the rest is scored all the same.
    lenient.score.lenient = config.score.lenient || predicted != ExitCode::done;
    scored = run_score(score, lenient, world, progress);
  } else if (world.is_root() && config.run.verbosity >= 0) {
    fmt::print(stderr, "no {}: nothing to score against\n", reference.string());
  }
  world.barrier();
  run_report({{options.output}, {}, false}, config, world);
  return predicted == ExitCode::done ? scored : predicted;
}

}  // namespace an::app
