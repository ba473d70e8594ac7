// SPDX-License-Identifier: MIT
#include "app/score/score_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>

#include "app/items/root_answer.hpp"
#include "app/program_info.hpp"
#include "app/report/worst_fovs.hpp"
#include "app/score/result_tables.hpp"
#include "app/score/score_comparison.hpp"
#include "app/score/score_plan.hpp"
#include "app/score/score_run.hpp"
#include "app/score/score_summary.hpp"
#include "app/score/score_tables.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/file_checksum.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

constexpr std::size_t problems_on_terminal = 20;
constexpr const char* scores_name = "scores.txt";
constexpr const char* summary_name = "summary.json";
constexpr const char* leaderboard_name = "leaderboard.txt";

ScoreRules rules_of(const ScoreConfig& config) {
  constexpr std::int64_t most_in_a_file = 100;  // the rest is counted: memory must not grow with a bad submission
  return {.rules = config.rules,
          .lenient = config.lenient,
          .match_by_appearance = config.match == Match::appearance,
          .listed_defects = static_cast<std::size_t>(std::min(config.problems, most_in_a_file)),
          .listed_problems = std::max(static_cast<std::size_t>(config.problems), problems_on_terminal),
          .keep_fov_sums = config.bootstrap > 0};
}

// A folder of submissions (each with its tracks) stands for all of them.
std::vector<fs::path> expanded(const std::vector<fs::path>& folders) {
  std::vector<fs::path> all;
  for (const fs::path& folder : folders) {
    std::vector<fs::path> inside;
    if (fs::is_directory(folder) && !has_tracks(folder))
      for (const auto& entry : fs::directory_iterator(folder))
        if (has_tracks(entry.path())) inside.push_back(entry.path());
    std::sort(inside.begin(), inside.end());
    if (inside.empty()) inside.push_back(folder);
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

// What an earlier run left under these names would be taken for this run's.
void remove_files(const fs::path& folder, const std::vector<const char*>& names) {
  for (const char* name : names) {
    std::error_code error;
    if (!fs::remove(folder / name, error) && error) throw OutputError(folder / name, error.message());
  }
}

// Names the scores of root's results on every rank: a run that ends between writing the one and the other leaves
// results.h5 and summary.json of different scores. Collective.
std::string scores_hash(const ScorePlan& plan, const ScoreResults& results, const parallel::Communicator& world) {
  std::string texts;
  for (std::size_t s = 0; s < results.submissions.size(); ++s) {
    texts += plan.submissions[s].name + "\n";
    if (!results.submissions[s].stopped()) texts += official_scores_text(plan, results.submissions[s]);
  }
  std::string hash = io::content_hash(texts);
  world.broadcast(hash);
  return hash;
}

// What only root writes: texts and JSON.
class ScoreReport {
 public:
  ScoreReport(const ScorePlan& plan, const Config& config, ScoreResults& results, std::string scores_hash,
              const fs::path& output)
      : plan_(plan), config_(config), results_(results), scores_hash_(std::move(scores_hash)), output_(output) {
    for (SubmissionScores& submission : results_.submissions)
      shorten(submission.problems, submission.unlisted_problems);
    if (config.score.bootstrap > 0)
      intervals_ =
          bootstrap_all(plan, results,
                        {static_cast<std::size_t>(config.score.bootstrap), config.score.confidence, config.score.seed});
    if (several()) rankings_ = rank_submissions(plan, results);
  }

  void write(const Json& run) const {
    const std::vector<const char*> of_several{leaderboard_name}, of_one{scores_name, worst_fovs_name};
    remove_files(output_, several() ? of_one : of_several);
    remove_files(output_, {"report.html"});  // of other scores
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s) {
      const fs::path folder = several() ? output_ / plan_.submissions[s].name : output_;
      if (results_.submissions[s].stopped()) {
        remove_files(folder, {scores_name, summary_name, worst_fovs_name});
        continue;
      }
      io::make_folder(folder);
      io::write_file_atomically(folder / scores_name, official_scores_text(plan_, results_.submissions[s]));
      io::write_file_atomically(folder / summary_name, report::json_text(summary(run, s)));
      write_worst_fovs(folder / worst_fovs_name, plan_, results_.submissions[s], s);
    }
    if (!several()) return;
    Json summary = head(run);
    summary["submissions"] = Json::array();
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s) {
      Json entry = place(s);
      entry.update(submission_json(plan_, results_.submissions[s], intervals_of(s)));
      summary["submissions"].push_back(std::move(entry));
    }
    summary["leaderboard"] = leaderboard_json(plan_, rankings_, intervals_, config_.score.confidence);
    io::write_file_atomically(output_ / summary_name, report::json_text(summary));
    io::write_file_atomically(output_ / leaderboard_name, leaderboard_text(plan_, rankings_, false));
  }

  std::string text(bool ansi) const {
    std::string text;
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s) {
      const SubmissionScores& scores = results_.submissions[s];
      if (several()) text += fmt::format("{}\n", scores.name);
      if (scores.stopped())
        text += "  not scored: the official scorer stops at a file of it, see the problems\n\n";
      else
        text += experiment_tables(plan_, scores, ansi);
      if (!intervals_.empty()) text += interval_text(plan_, scores, intervals_[s], config_.score.confidence);
    }
    if (several()) text += leaderboard_text(plan_, rankings_, ansi);
    return text;
  }

 private:
  bool several() const { return plan_.submissions.size() > 1; }
  const SubmissionIntervals* intervals_of(std::size_t s) const { return intervals_.empty() ? nullptr : &intervals_[s]; }

  void shorten(std::vector<ListedProblem>& problems, std::size_t& unlisted) const {
    const auto most = static_cast<std::size_t>(config_.score.problems);
    if (problems.size() <= most) return;
    unlisted += problems.size() - most;
    problems.resize(most);
  }

  Json head(const Json& run) const {
    return Json{{"schema", 1}, {"program", program_info()},   {"config", config_json(config_)},
                {"run", run},  {"scores_hash", scores_hash_}, {"fovs", plan_.fovs.size()}};
  }

  Json place(std::size_t s) const {
    return Json{{"name", plan_.submissions[s].name}, {"folder", fs::absolute(plan_.submissions[s].folder).string()}};
  }

  Json summary(const Json& run, std::size_t s) const {
    Json summary = head(run);
    summary["submission"] = place(s);
    summary.update(submission_json(plan_, results_.submissions[s], intervals_of(s)));
    return summary;
  }

  const ScorePlan& plan_;
  const Config& config_;
  ScoreResults& results_;
  std::string scores_hash_;
  const fs::path& output_;
  std::vector<SubmissionIntervals> intervals_;
  std::vector<TaskRanking> rankings_;
};

[[noreturn]] void throw_stopped(const SubmissionScores& scores) {
  std::vector<InputProblem> problems;
  for (const ListedProblem& problem : scores.problems)
    if (problem.fatal) problems.push_back({problem.file, problem.line, problem.column, problem.what});
  AN_ASSERT(!problems.empty());
  throw InputError(std::move(problems), scores.unlisted_fatal);
}

// Results among an experiment's folders would be taken for experiments.
void check_output(const ScorePlan& plan, const fs::path& output) {
  std::vector<fs::path> trees{plan.reference};
  for (const Submission& submission : plan.submissions) trees.push_back(submission.folder);
  for (const fs::path& tree : trees)
    for (const char* track : {"track_1", "track_2"}) {
      const fs::path inside = fs::weakly_canonical(output).lexically_relative(fs::weakly_canonical(tree / track));
      if (!inside.empty() && *inside.begin() != "..")
        throw ConfigError(
            fmt::format("--output: {} lies in {} (expected another folder)", output.string(), (tree / track).string()));
    }
}

void print_dry_run(const ScorePlan& plan) {
  for (const PlannedTrack& track : plan.tracks)
    for (const PlannedExperiment& experiment : track.experiments)
      fmt::print("track {} experiment {}: {} fields of view\n", track.number, experiment.number, experiment.fovs);
  for (const Submission& submission : plan.submissions)
    fmt::print("submission {}: {}\n", submission.name, submission.folder.string());
}

}  // namespace

ExitCode run_score(const ScoreOptions& options, const Config& config, const parallel::Communicator& world,
                   Progress& progress) {
  const double start = steady_seconds();
  const ScorePlan plan = made_on_root<ScorePlan>(world, [&] {
    return make_score_plan(options.reference, expanded(options.submissions), rules_of(config.score), options.track);
  });
  if (options.dry_run) {
    if (world.is_root()) print_dry_run(plan);
    return ExitCode::done;
  }
  if (world.is_root()) check_output(plan, options.output);
  world.barrier();
  io::make_folder(options.output);
  RowStore rows(options.output, plan);
  std::size_t total = plan.fovs.size();
  for (const PlannedTrack& track : plan.tracks) total += track.experiments.size();
  progress.start("scoring", "files", total);
  ScoreResults results = score_all(plan, world, rows, [&](std::size_t done) { progress.update(done); });
  progress.update(total);
  progress.finish();
  // Every rank has to know how it ended: 0 done, 1 some submissions have no scores or no track, 2 none could be scored.
  std::int64_t outcome = 0;
  if (world.is_root()) {
    const auto& all = results.submissions;
    const auto stopped = std::count_if(all.begin(), all.end(), [](const auto& s) { return s.stopped(); });
    const bool none_left = stopped == static_cast<std::ptrdiff_t>(all.size());
    const bool no_track = std::any_of(all.begin(), all.end(), [](const auto& s) {
      return std::none_of(s.tracks.begin(), s.tracks.end(), [](const TrackScores& t) { return t.submitted; });
    });
    outcome = none_left ? 2 : stopped > 0 || no_track ? 1 : 0;
    for (const SubmissionScores& submission : all)
      if (config.run.verbosity >= 0 && !(none_left && all.size() == 1))
        fmt::print(
            stderr, "{}",
            problem_text(submission, config.run.verbosity > 0 ? submission.problems.size() : problems_on_terminal));
  }
  world.max_of_all(std::span(&outcome, 1));
  if (outcome == 2) {
    if (world.is_root()) throw_stopped(results.submissions.front());
    return ExitCode::input;
  }
  const double scored = steady_seconds();
  const std::string hash = scores_hash(plan, results, world);
  write_result_file(options.output / "results.h5", plan, results, rows,
                    {report::json_text(program_info()), report::json_text(config_json(config)), hash}, world);
  if (world.is_root()) {
    const ScoreReport report(plan, config, results, hash, options.output);
    report.write(run_info(world, {{"score", scored - start}, {"write", steady_seconds() - scored}}));
    // mpirun gives its ranks a terminal even where its own output goes to a file.
    if (options.print) fmt::print("{}", report.text(isatty(STDOUT_FILENO) != 0 && !world.uses_mpi()));
    if (config.run.verbosity >= 0) fmt::print(stderr, "results in {}\n", options.output.string());
  }
  return outcome == 0 ? ExitCode::done : ExitCode::some_items_failed;
}

}  // namespace an::app
