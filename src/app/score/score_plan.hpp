// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/byte_archive.hpp"
#include "evaluation/changepoint_metrics.hpp"
#include "io/benchmark_tree.hpp"

namespace an::app {

/// A submission to be scored.
struct Submission {
  std::string name;  ///< of its folder, made unique
  std::filesystem::path folder;
  std::set<int> tracks{};  ///< that it has
};

/// How to score.
struct ScoreRules {
  evaluation::Rules rules = evaluation::Rules::official;
  bool lenient = false;                ///< score what can be scored instead of stopping or giving up a task
  bool match_by_appearance = false;    ///< reference labels follow the CSV by order of appearance, not by index
  std::size_t listed_defects = 100;    ///< defects of trajectories listed one by one, for each field of view
  std::size_t listed_problems = 1000;  ///< problems of a submission listed one by one, at most
  bool keep_fov_sums = false;          ///< for intervals: sums of every field of view

  /// True if one defective file gives up the whole task or stops the program, as the official scorer does.
  bool strict() const { return rules == evaluation::Rules::official && !lenient; }
};

/// An experiment of the reference.
struct PlannedExperiment {
  int number;
  std::filesystem::path reference;  ///< its folder
  std::size_t fovs;
  std::size_t first_fov;  ///< its first field of view's place among all of the plan's
};

/// A track of the reference that at least one submission has.
struct PlannedTrack {
  int number;
  std::vector<PlannedExperiment> experiments;
  std::vector<io::TreeDefect> defects{};  ///< of its folder, where lenient scoring goes on
};

/// Where a field of view stands in the plan.
struct FovPlace {
  std::size_t track;       ///< position in ScorePlan::tracks
  std::size_t experiment;  ///< position in PlannedTrack::experiments
  std::size_t fov;
};

/// Everything there is to score.
struct ScorePlan {
  std::filesystem::path reference;
  std::vector<Submission> submissions;
  ScoreRules rules;
  std::vector<PlannedTrack> tracks;
  std::vector<int> unsubmitted;  ///< tracks that the reference has and no submission
  std::vector<FovPlace> fovs;    ///< of all tracks and experiments, in order

  const PlannedExperiment& experiment(const FovPlace& place) const {
    return tracks[place.track].experiments[place.experiment];
  }
  /// Folder `track_T` of a submission.
  std::filesystem::path submitted_track(std::size_t submission, std::size_t track) const;
  /// Folder `track_T/exp_E` of a submission.
  std::filesystem::path submitted_experiment(std::size_t submission, std::size_t track, std::size_t experiment) const;
  /// Tracks that a submission has and the reference does not.
  std::vector<int> unknown_tracks(std::size_t submission) const;
  /// Whether a submission has the track (it is not scored for it otherwise).
  bool has_track(std::size_t submission, std::size_t track) const;
};

/// Whether a folder is a reference or a submission: it holds `track_1` or `track_2`.
bool has_tracks(const std::filesystem::path& folder);

/// The name, or the first of `name-2`, `name-3`, … that is not taken.
std::string name_not_taken(const std::string& name, const std::function<bool(const std::string&)>& is_taken);

/// Names of submissions from their folders' names, of one called `res` or `submission` from its parent's; a repeated
/// name is numbered.
std::vector<Submission> name_submissions(const std::vector<std::filesystem::path>& folders);

/// Lists the reference's tracks, experiments and fields of view. \param only the track that is looked for; 0: both
/// \throws InputError where a folder is missing or the reference's tree is not as the challenge lays it out (where
/// lenient: nothing of it)
ScorePlan make_score_plan(const std::filesystem::path& reference, const std::vector<std::filesystem::path>& submissions,
                          const ScoreRules& rules, int only = 0);

void pack(ByteWriter& writer, const ScorePlan& plan);
void unpack(ByteReader& reader, ScorePlan& plan);

}  // namespace an::app
