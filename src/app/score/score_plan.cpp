// SPDX-License-Identifier: MIT
#include "app/score/score_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace an::app {

namespace fs = std::filesystem;

bool has_tracks(const fs::path& folder) {
  return fs::is_directory(folder / "track_1") || fs::is_directory(folder / "track_2");
}

namespace {

// What a user who named the wrong folder probably meant.
std::string nearby_tracks(const fs::path& folder) {
  if (folder.filename().string().starts_with("track_"))
    return fmt::format("; name its parent {}", folder.parent_path().string());
  if (has_tracks(folder / "ref")) return fmt::format("; did you mean {}?", (folder / "ref").string());
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory() && has_tracks(entry.path()))
      return fmt::format("; did you mean {}?", entry.path().string());
  return {};
}

void require_folder(const fs::path& folder, const char* role) {
  if (!fs::exists(folder)) throw InputError(folder, fmt::format("no such folder (the {})", role));
  if (!fs::is_directory(folder))
    throw InputError(folder,
                     fmt::format("not a folder (the {} is a folder with track_1/ and/or track_2/ in it)", role));
}

PlannedTrack plan_track(const fs::path& folder, int number, bool lenient, std::vector<FovPlace>& places,
                        std::size_t track) {
  io::UsableTrack usable =
      lenient ? io::list_usable_experiments(folder) : io::UsableTrack{io::list_reference_experiments(folder), {}};
  PlannedTrack planned{number, {}, std::move(usable.defects)};
  for (const io::ExperimentFolder& found : usable.experiments) {
    const std::size_t experiment = planned.experiments.size();
    planned.experiments.push_back({found.number, found.folder, found.fovs, places.size()});
    for (std::size_t fov = 0; fov < found.fovs; ++fov) places.push_back({track, experiment, fov});
  }
  return planned;
}

std::string plain_name(const fs::path& folder) {
  const fs::path clean = folder.has_filename() ? folder : folder.parent_path();
  return fs::weakly_canonical(clean).filename().string();
}

}  // namespace

fs::path ScorePlan::submitted_track(std::size_t submission, std::size_t track) const {
  return submissions[submission].folder / fmt::format("track_{}", tracks[track].number);
}

fs::path ScorePlan::submitted_experiment(std::size_t submission, std::size_t track, std::size_t experiment) const {
  return submitted_track(submission, track) / fmt::format("exp_{}", tracks[track].experiments[experiment].number);
}

std::vector<int> ScorePlan::unknown_tracks(std::size_t submission) const {
  std::vector<int> unknown;
  for (const int number : submissions[submission].tracks)
    if (std::ranges::none_of(tracks, [&](const PlannedTrack& t) { return t.number == number; }))
      unknown.push_back(number);
  return unknown;
}

bool ScorePlan::has_track(std::size_t submission, std::size_t track) const {
  return submissions[submission].tracks.contains(tracks[track].number);
}

std::string name_not_taken(const std::string& name, const std::function<bool(const std::string&)>& is_taken) {
  std::string free = name;
  for (int n = 2; is_taken(free); ++n) free = fmt::format("{}-{}", name, n);
  return free;
}

std::vector<Submission> name_submissions(const std::vector<fs::path>& folders) {
  std::vector<Submission> named;
  for (const fs::path& folder : folders) {
    std::string name = plain_name(folder);
    const fs::path parent = fs::weakly_canonical(folder).parent_path();
    if ((name == "res" || name == "submission") && parent.has_filename()) name = plain_name(parent);
    const auto is_taken = [&](const std::string& candidate) {
      return std::any_of(named.begin(), named.end(), [&](const Submission& s) { return s.name == candidate; });
    };
    named.push_back({name_not_taken(name, is_taken), folder});
  }
  return named;
}

ScorePlan make_score_plan(const fs::path& reference, const std::vector<fs::path>& submissions, const ScoreRules& rules,
                          int only) {
  require_folder(reference, "reference");
  for (const fs::path& folder : submissions) require_folder(folder, "submission");
  if (!has_tracks(reference))
    throw InputError(reference,
                     "holds neither track_1/ nor track_2/ (expected the reference's tree, as the challenge lays it "
                     "out) [official: FileNotFoundError]" +
                         nearby_tracks(reference));
  ScorePlan plan{reference, name_submissions(submissions), rules, {}, {}, {}};
  for (const int number : {1, 2}) {
    if (only != 0 && number != only) continue;
    bool is_submitted = false;
    for (Submission& s : plan.submissions)
      if (fs::exists(s.folder / fmt::format("track_{}", number))) is_submitted = s.tracks.insert(number).second;
    const fs::path folder = reference / fmt::format("track_{}", number);
    if (!fs::is_directory(folder)) continue;
    if (is_submitted)
      plan.tracks.push_back(plan_track(folder, number, rules.lenient, plan.fovs, plan.tracks.size()));
    else
      plan.unsubmitted.push_back(number);
  }
  return plan;
}

namespace {

void pack(ByteWriter& writer, const ScoreRules& rules) {
  writer.put(rules.rules);
  writer.put(rules.lenient);
  writer.put(rules.match_by_appearance);
  writer.put(rules.listed_defects);
  writer.put(rules.listed_problems);
  writer.put(rules.keep_fov_sums);
}

void unpack(ByteReader& reader, ScoreRules& rules) {
  rules.rules = reader.take<evaluation::Rules>();
  rules.lenient = reader.take<bool>();
  rules.match_by_appearance = reader.take<bool>();
  rules.listed_defects = reader.take<std::size_t>();
  rules.listed_problems = reader.take<std::size_t>();
  rules.keep_fov_sums = reader.take<bool>();
}

}  // namespace

void pack(ByteWriter& writer, const ScorePlan& plan) {
  writer.put(plan.reference.string());
  pack(writer, plan.rules);
  writer.put(plan.submissions.size());
  for (const Submission& s : plan.submissions) {
    writer.put(s.name);
    writer.put(s.folder.string());
    writer.put(std::vector<int>(s.tracks.begin(), s.tracks.end()));
  }
  writer.put(plan.tracks.size());
  for (const PlannedTrack& track : plan.tracks) {
    writer.put(track.number);
    writer.put(track.experiments.size());
    for (const PlannedExperiment& e : track.experiments) {
      writer.put(e.number);
      writer.put(e.reference.string());
      writer.put(e.fovs);
      writer.put(e.first_fov);
    }
    writer.put(track.defects.size());
    for (const io::TreeDefect& defect : track.defects) {
      writer.put(defect.problem.file.string());
      writer.put(defect.problem.what);
      writer.put(defect.cost);
    }
  }
  writer.put(plan.unsubmitted);
  writer.put(plan.fovs);
}

void unpack(ByteReader& reader, ScorePlan& plan) {
  plan.reference = reader.take_string();
  unpack(reader, plan.rules);
  plan.submissions.resize(reader.take<std::size_t>());
  for (Submission& s : plan.submissions) {
    s.name = reader.take_string();
    s.folder = reader.take_string();
    const std::vector<int> tracks = reader.take_vector<int>();
    s.tracks = {tracks.begin(), tracks.end()};
  }
  plan.tracks.resize(reader.take<std::size_t>());
  for (PlannedTrack& track : plan.tracks) {
    track.number = reader.take<int>();
    track.experiments.resize(reader.take<std::size_t>());
    for (PlannedExperiment& e : track.experiments) {
      e.number = reader.take<int>();
      e.reference = reader.take_string();
      e.fovs = reader.take<std::size_t>();
      e.first_fov = reader.take<std::size_t>();
    }
    track.defects.resize(reader.take<std::size_t>());
    for (io::TreeDefect& defect : track.defects) {
      defect.problem.file = reader.take_string();
      defect.problem.what = reader.take_string();
      defect.cost = reader.take_string();
    }
  }
  plan.unsubmitted = reader.take_vector<int>();
  plan.fovs = reader.take_vector<FovPlace>();
}

}  // namespace an::app
