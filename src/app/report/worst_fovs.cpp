// SPDX-License-Identifier: MIT
#include "app/report/worst_fovs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <system_error>

#include "app/items/json_file.hpp"
#include "app/report/drawn_trajectory.hpp"
#include "app/score/fov_files.hpp"
#include "core/error.hpp"
#include "evaluation/fov_score.hpp"
#include "io/atomic_file.hpp"
#include "io/benchmark_tree.hpp"
#include "io/trajectory_csv.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

constexpr std::size_t shown_of_track = 3;
constexpr std::size_t shown_trajectories = 40;
constexpr std::uintmax_t largest_csv = 16'000'000;  // bytes; it is read whole

struct Candidate {
  FovPlace place;
  double wrongness;
  evaluation::SingleScores scores;
};

// The worst field of view of each experiment, the worst experiment first.
std::vector<Candidate> worst_of(const TrackScores& track, std::size_t t) {
  std::vector<Candidate> worst;
  for (std::size_t e = 0; e < track.single_experiments.size(); ++e) {
    const auto& found = track.single_experiments[e].worst;
    if (found) worst.push_back({{t, e, found->fov}, found->wrongness, found->scores});
  }
  std::stable_sort(worst.begin(), worst.end(),
                   [](const Candidate& a, const Candidate& b) { return a.wrongness > b.wrongness; });
  worst.resize(std::min(worst.size(), shown_of_track));
  return worst;
}

// [end, state] of each segment.
Json segments_json(const LabelRow& row) {
  Json segments = Json::array();
  for (std::size_t i = 0; i < row.change_points(); ++i)
    segments.push_back({evaluation::truncated(row.change_point(i)), evaluation::truncated(row.state(i))});
  return segments;
}

Json trajectories_json(const std::vector<evaluation::RowPair>& rows, const evaluation::FovScore& score,
                       const std::vector<io::CsvTrajectory>& positions) {
  std::map<double, const io::CsvTrajectory*> place_of;
  for (const io::CsvTrajectory& trajectory : positions) place_of[static_cast<double>(trajectory.index)] = &trajectory;
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto mistakes = [&](std::size_t i) {
    const evaluation::ChangePointCounts& counts = score.trajectories[i].change_points;
    return counts.false_positives + counts.false_negatives;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return mistakes(a) > mistakes(b); });
  Json list = Json::array();
  for (const std::size_t i : order) {
    const auto at = place_of.find(rows[i].truth.index());
    if (at == place_of.end() || list.size() == shown_trajectories) continue;
    list.push_back({{"index", at->second->index},
                    {"x", hundredths(at->second->x)},
                    {"y", hundredths(at->second->y)},
                    {"truth", segments_json(rows[i].truth)},
                    {"prediction", rows[i].prediction ? segments_json(*rows[i].prediction) : Json::array()}});
  }
  return list;
}

// The reference's positions, or those of the public data beside it.
fs::path positions_file(const ScorePlan& plan, const FovPlace& place) {
  const PlannedExperiment& experiment = plan.experiment(place);
  fs::path file = io::trajectories(experiment.reference, place.fov);
  if (fs::exists(file)) return file;
  return io::trajectories(plan.reference / ".." / "public" / fmt::format("track_{}", plan.tracks[place.track].number) /
                              fmt::format("exp_{}", experiment.number),
                          place.fov);
}

Json fov_json(const ScorePlan& plan, const Candidate& candidate, std::size_t submission) {
  const PlannedExperiment& experiment = plan.experiment(candidate.place);
  const TruthFov truth = read_truth_fov(plan, candidate.place);
  const SubmittedFov submitted = read_submitted_fov(plan, candidate.place, submission, truth);
  const std::vector<evaluation::RowPair> rows = evaluation::pair_by_index(truth.labels, submitted.labels);
  const auto positions = io::read_trajectories(positions_file(plan, candidate.place));
  Json json{{"track", plan.tracks[candidate.place.track].number},
            {"experiment", experiment.number},
            {"fov", candidate.place.fov}};
  for (std::size_t m = 1; m < candidate.scores.size(); ++m)
    json[std::string(evaluation::single_metric_names[m])] = candidate.scores[m];
  json["trajectories"] = trajectories_json(rows, evaluation::score_fov(rows, plan.rules.rules), positions);
  return json;
}

}  // namespace

void write_worst_fovs(const fs::path& path, const ScorePlan& plan, const SubmissionScores& scores,
                      std::size_t submission) {
  Json fovs = Json::array();
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    if (!scores.tracks[t].submitted || scores.tracks[t].single_status != TaskStatus::scored) continue;
    for (const Candidate& candidate : worst_of(scores.tracks[t], t)) {
      std::error_code error;
      const std::uintmax_t size = fs::file_size(positions_file(plan, candidate.place), error);
      if (error || size > largest_csv) continue;
      try {
        fovs.push_back(fov_json(plan, candidate, submission));
      } catch (const InputError&) {  // a picture less: scores do not need these positions
      }
    }
  }
  io::write_file_atomically(path, Json{{"schema", 1}, {"fovs", fovs}}.dump() + "\n");
}

std::vector<WorstFov> read_worst_fovs(const fs::path& path) {
  return use_json(path, [](const Json& json) {
    std::vector<WorstFov> all;
    for (const Json& fov : json.at("fovs")) {
      WorstFov out{report::index_of(fov.at("track")),
                   report::index_of(fov.at("experiment")),
                   report::size_of(fov.at("fov")),
                   fov.at("jsc_cp").get<double>(),
                   fov.at("mae_alpha").get<double>(),
                   fov.at("msle_k").get<double>(),
                   fov.at("f1_state").get<double>(),
                   {},
                   {}};
      for (const Json& trajectory : fov.at("trajectories")) {
        out.truth.push_back(drawn_trajectory(trajectory, "truth"));
        out.prediction.push_back(drawn_trajectory(trajectory, "prediction"));
      }
      all.push_back(std::move(out));
    }
    return all;
  });
}

}  // namespace an::app
