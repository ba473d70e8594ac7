// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <variant>

#include "app/exit_code.hpp"
#include "app/failure.hpp"
#include "app/info_command.hpp"
#include "app/items/progress.hpp"
#include "app/paper/paper_command.hpp"
#include "app/predict/predict_command.hpp"
#include "app/report/report_command.hpp"
#include "app/run/run_command.hpp"
#include "app/scaling/scaling_command.hpp"
#include "app/score/score_command.hpp"
#include "app/score/verify_command.hpp"
#include "app/settings/command_line.hpp"
#include "app/settings/config_source.hpp"
#include "app/simulate/simulate_command.hpp"
#include "app/track/track_command.hpp"
#include "app/train/network_command.hpp"
#include "app/train/train_command.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "parallel/stop_request.hpp"

namespace {

using namespace an;
using namespace an::app;

// Where a standard stream is closed, the next file that is opened would get its words.
void open_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (fcntl(stream, F_GETFD) < 0) static_cast<void>(open("/dev/null", O_RDWR));
}

// Every field of view takes and gives back the same few megabytes, and the kernel clears each page that it hands out.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

struct Run {
  const Config& config;
  const parallel::Communicator& world;
  Progress progress;

  ExitCode operator()(const ShowText& show) const {
    if (world.is_root()) std::cout << show.text << std::flush;
    return ExitCode::done;
  }
  ExitCode operator()(const ScoreOptions& options) { return run_score(options, config, world, progress); }
  ExitCode operator()(const SimulateOptions& options) { return in_order(run_simulate, options, progress); }
  ExitCode operator()(const TrackOptions& options) { return in_order(run_track, options, progress); }
  ExitCode operator()(const PredictOptions& options) { return in_order(run_predict, options, progress); }
  ExitCode operator()(const RunOptions& options) { return in_order(run_benchmark, options, progress); }
  ExitCode operator()(const ReportOptions& options) const { return run_report(options, config, world); }
  ExitCode operator()(const ScalingOptions& options) const { return run_scaling(options, config, world); }
  ExitCode operator()(const PaperOptions& options) { return in_order(run_paper, options, progress); }
  ExitCode operator()(const VerifyOptions& options) { return run_verify(options, config, world, progress); }
  ExitCode operator()(const TrainOptions& options) { return in_order(run_train, options, progress); }
  ExitCode operator()(const NetworkOptions& options) const { return run_network(options, world); }
  ExitCode operator()(const InfoOptions& options) const { return run_info(options, world); }

 private:
  // Work that ends in order where it is asked to.
  template <class Command, class Options, class... More>
  ExitCode in_order(const Command& command, const Options& options, More&... more) const {
    parallel::heed_stop_requests(config.run.max_seconds);
    return command(options, config, world, more...);
  }
};

int run(const std::vector<std::string>& arguments, const parallel::Communicator& world) {
  ParsedCommand parsed;
  try {
    parsed = parse_command_line(arguments, [&](const std::string& option, const std::string& file) {
      return read_config_text(option, file, world);
    });
  } catch (...) {  // the same on every rank, since each has the same arguments
    const Failure failure = current_failure();
    if (world.is_root()) print_failure(failure, parallel::Communicator{});
    return static_cast<int>(failure.code);
  }
  try {
    const ExitCode code =
        std::visit(Run{parsed.config, world, standard_progress(parsed.config.run, world.is_root())}, parsed.command);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw OutputError("standard output", "cannot be written whole");
    return static_cast<int>(code);
  } catch (...) {
    abort_all(current_failure(), world);
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  keep_freed_memory();
  try {
    const parallel::Environment environment;
    return run({argv + 1, argv + argc}, environment.world());
  } catch (...) {  // MPI could not be started
    const Failure failure = current_failure();
    print_failure(failure, parallel::Communicator{});
    return static_cast<int>(failure.code);
  }
}
