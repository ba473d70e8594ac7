// SPDX-License-Identifier: MIT
#include "app/report/report_source.hpp"

#include <fmt/format.h>

#include "app/items/json_file.hpp"
#include "app/program_info.hpp"
#include "app/report/worst_fovs.hpp"
#include "app/score/result_layout.hpp"
#include "core/error.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;
using report::number_of;

namespace {

void take_submission(const Json& json, ReportedResult& result) {
  const Json& tracks = json.at("tracks");
  for (const int track : {1, 2})
    if (const std::string number = std::to_string(track); tracks.contains(number))
      result.tracks[track] = track_scores(tracks.at(number));
  result.problems = json.at("problems");
  if (!result.problems.is_array()) throw report::UnexpectedJson("expected a list of problems");
  if (json.contains("unlisted_problems")) result.unlisted_problems = report::count_of(json.at("unlisted_problems"));
}

// What decides whether a track's scores can be compared: rules, and trajectories by experiment of the submission that
// has most.
std::map<int, std::string> scored_by(const Json& score, const std::vector<ReportedResult>& results) {
  std::map<int, std::map<int, std::int64_t>> trajectories;
  for (const ReportedResult& result : results)
    for (const auto& [track, scores] : result.tracks)
      for (const auto& [experiment, of_experiment] : scores.experiments) {
        std::int64_t& most = trajectories[track][experiment];
        most = std::max(most, of_experiment.trajectories);
      }
  std::map<int, std::string> texts;
  for (const auto& [track, of_track] : trajectories) {
    std::string& text = texts[track];
    text = fmt::format("{}, {}", score.at("rules").get<std::string>(), score.at("match").get<std::string>());
    for (const auto& [experiment, count] : of_track) text += fmt::format("; {} {}", experiment, count);
  }
  return texts;
}

void take_head(const Json& summary, ReportedResult& result) {
  if (summary.at("schema") != 1)
    throw report::UnexpectedJson(
        fmt::format("schema {} (expected 1: score again with this version)", summary.at("schema").dump()));
  const Json& program = summary.at("program");
  result.settings = fmt::format("anomalousnet {} ({}), rules: {}.", program.at("version").get<std::string>(),
                                short_commit(program.at("git").get<std::string>()),
                                summary.at("config").at("score").at("rules").get<std::string>());
  const Json& run = summary.at("run");
  for (const auto& [step, seconds] : run.at("seconds").items())
    result.times.push_back({step, report::count_of(run.at("ranks")), number_of(seconds)});
}

// Times of the inference, which `predict` notes beside the submission.
void take_prediction(const fs::path& file, ReportedResult& result) {
  if (!fs::exists(file)) return;
  use_json(file, [&](const Json& record) {
    if (!record.contains("run")) return;  // interrupted
    const Json& run = record.at("run");
    const Json& seconds = run.at("seconds");
    const std::string part = run.contains("done_before") ? " (resumed: what was left)" : "";
    std::vector<StepTime> times;
    const auto add = [&](const std::string& step, const Json& time) {
      times.push_back({step + part, report::count_of(run.at("ranks")), number_of(time)});
    };
    add("track videos", seconds.at("track"));
    add("fit and infer", seconds.at("solve"));
    const Json& of_all = seconds.at("of_all_ranks");
    for (const char* step : {"fit", "infer"}) add(fmt::format("{}, all ranks together", step), of_all.at(step));
    result.times.insert(result.times.begin(), times.begin(), times.end());
  });
}

std::shared_ptr<const io::ArrayReader> open_rows(const fs::path& file) {
  if (!fs::exists(file)) return nullptr;
  auto rows = std::make_shared<const io::ArrayReader>(file);
  const std::string schema = rows->text("/", "schema").value_or("none");
  if (schema != result_schema)
    throw InputError(file,
                     fmt::format("schema {} (expected {}: score again with this version)", schema, result_schema));
  return rows;
}

}  // namespace

std::vector<ReportedResult> read_results(const fs::path& folder, const std::string& name) {
  if (!fs::is_directory(folder)) throw InputError(folder, "is no folder of results");
  ReportedResult head;
  head.name = name;
  fs::path submission = fs::is_directory(folder / "submission") ? folder / "submission" : folder;
  std::vector<ReportedResult> results;
  Json rules;
  if (const fs::path summary = folder / "summary.json"; fs::exists(summary)) {
    use_json(summary, [&](const Json& json) {
      rules = json.at("config").at("score");
      take_head(json, head);
      head.rows = open_rows(folder / "results.h5");
      if (head.rows && head.rows->text("/", "scores_hash").value_or("") != json.value("scores_hash", ""))
        throw InputError(folder / "results.h5",
                         "holds other scores than summary.json: scoring ended in between (score again)");
      if (!json.contains("submissions")) {
        take_submission(json, head);
        if (json.contains("submission") && submission == folder)
          submission = json.at("submission").at("folder").get<std::string>();
        return;
      }
      for (const Json& one : json.at("submissions")) {
        ReportedResult& result = results.emplace_back(head);
        result.name = report::name_of(one.at("name"), "submission");
        result.submission = static_cast<int>(results.size() - 1);
        take_submission(one, result);
        const fs::path place = one.at("folder").get<std::string>();
        result.details = place / "details";
        take_prediction(place / "prediction.json", result);
        result.worst_fovs = folder / result.name / worst_fovs_name;
      }
    });
  }
  if (results.empty()) {
    head.details = submission / "details";
    head.worst_fovs = folder / worst_fovs_name;
    take_prediction(submission / "prediction.json", head);
    if (head.tracks.empty() && !fs::is_directory(head.details))
      throw InputError(folder,
                       rules.is_null()
                           ? "holds neither summary.json nor the details of a submission: nothing to report"
                           : "holds no scores of either track, nor the details of a submission: nothing to report");
    results.push_back(std::move(head));
  }
  if (!rules.is_null()) {
    const std::map<int, std::string> by = scored_by(rules, results);
    for (ReportedResult& result : results) result.scored_by = by;
  }
  return results;
}

}  // namespace an::app
