// SPDX-License-Identifier: MIT
#include "app/score/score_run.hpp"

#include <algorithm>

#include "app/score/ensemble_item.hpp"
#include "app/score/task_outcome.hpp"
#include "core/byte_archive.hpp"
#include "core/pairwise_sum.hpp"
#include "io/benchmark_tree.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

using evaluation::ChangePointScore;
using evaluation::SegmentScore;
using evaluation::TrajectoryScore;

void RowStore::put(std::size_t section, const ScoredFov& fov) {
  std::vector<double> errors;
  errors.reserve(2 * fov.segments.size());
  for (const SegmentScore& segment : fov.segments) errors.push_back(segment.alpha_error);
  for (const SegmentScore& segment : fov.segments) errors.push_back(segment.k_squared_log_error);
  const auto put_rows = [&](const auto& rows) {
    return Rows{spool_.append(std::as_bytes(std::span(rows))), rows.size()};
  };
  places_[section] = {put_rows(fov.trajectories), put_rows(fov.segments), put_rows(fov.change_points),
                      put_rows(errors)};
}

template <class Row>
std::vector<Row> RowStore::read(const Rows& place) const {
  std::vector<Row> rows(place.count);
  spool_.read(place.offset, std::as_writable_bytes(std::span(rows)));
  return rows;
}

std::vector<TrajectoryScore> RowStore::trajectories(std::size_t section) const {
  return read<TrajectoryScore>(places_.at(section).trajectories);
}

std::vector<SegmentScore> RowStore::segments(std::size_t section) const {
  return read<SegmentScore>(places_.at(section).segments);
}

std::vector<ChangePointScore> RowStore::change_points(std::size_t section) const {
  return read<ChangePointScore>(places_.at(section).change_points);
}

std::vector<double> RowStore::errors(std::size_t section) const { return read<double>(places_.at(section).errors); }

namespace {

// The scoring of a plan: two rounds of work items, a decision after each, and the sums in order.
class ScoreRun {
 public:
  ScoreRun(const ScorePlan& plan, const parallel::Communicator& ranks, RowStore& rows, const ScoreProgress& progress)
      : plan_(plan), ranks_(ranks), rows_(rows), progress_(progress) {
    for (std::size_t t = 0; t < plan.tracks.size(); ++t)
      for (std::size_t e = 0; e < plan.tracks[t].experiments.size(); ++e) experiments_.push_back({t, e});
  }

  ScoreResults run() {
    ScoreResults results;
    results.sections.resize(plan_.submissions.size() * plan_.fovs.size());
    score_files();
    score_misaligned();
    if (ranks_.is_root()) decide(results);
    share_sections(results);
    sum_in_order(results);
    if (ranks_.is_root()) finish(results);
    return results;
  }

 private:
  struct ExperimentPlace {
    std::size_t track, experiment;
  };
  struct Misaligned {
    std::size_t submission, track, experiment;
  };

  std::size_t section(std::size_t submission, std::size_t fov) const { return submission * plan_.fovs.size() + fov; }

  // First round: every field of view on its own, and every experiment's ensemble.
  void score_files() {
    const std::size_t fovs = plan_.fovs.size();
    const auto submissions = static_cast<double>(plan_.submissions.size());
    constexpr double ensemble_cost = 1e6;  // bytes of labels that take as long
    std::vector<double> costs(fovs);
    for (std::size_t i = 0; ranks_.is_root() && i < fovs; ++i) {
      const FovPlace& place = plan_.fovs[i];
      std::error_code ignored;  // a missing file is reported where it is read
      costs[i] = submissions * static_cast<double>(std::filesystem::file_size(
                                   io::truth_labels(plan_.experiment(place).reference, place.fov), ignored));
    }
    costs.resize(fovs + experiments_.size(), ensemble_cost * (1 + submissions));
    std::map<std::size_t, std::vector<std::byte>> mine;
    EnsembleItems ensemble;
    const auto work = [&](std::size_t item) {
      mine[item] =
          item < fovs
              ? score_fov(item)
              : packed(ensemble.score(plan_, experiments_[item - fovs].track, experiments_[item - fovs].experiment));
    };
    const auto done = [&](std::size_t taken) {
      if (progress_) progress_(taken, costs.size());
    };
    const auto owner = parallel::for_each_item(ranks_, costs, work, done);
    first_round_.reports.resize(plan_.submissions.size() * fovs);
    first_round_.owner.assign(first_round_.reports.size(), -1);
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s)
      for (std::size_t f = 0; f < fovs; ++f) first_round_.owner[section(s, f)] = owner[f];
    parallel::for_each_in_order(
        ranks_, owner, [&](std::size_t item) { return std::move(mine[item]); },
        [&](std::size_t item, std::span<const std::byte> bytes) {
          if (item >= fovs) return ensembles_.push_back(unpacked_ensemble_reports(bytes));
          ByteReader reader(bytes);
          for (std::size_t s = 0; s < plan_.submissions.size(); ++s) {
            const auto report = reader.take_vector<std::byte>();
            first_round_.reports[section(s, item)] = unpacked_report(report);
          }
        });
  }

  std::vector<std::byte> score_fov(std::size_t fov) {
    ByteWriter writer;
    std::size_t submission = 0;
    for (ScoredFov& scored : score_fov_item(plan_, plan_.fovs[fov])) {
      rows_.put(section(submission++, fov), scored);
      writer.put(packed(scored.report));
    }
    return writer.take();
  }

  // Second round: experiments whose indices the official scorer does not join as they are.
  void score_misaligned() {
    std::vector<Misaligned> list;
    if (ranks_.is_root() && plan_.rules.strict())
      for (std::size_t s = 0; s < plan_.submissions.size(); ++s)
        for (const auto& [track, experiment] : experiments_)
          if (plan_.has_track(s, track) && is_misaligned(s, track, experiment)) list.push_back({s, track, experiment});
    ByteWriter writer;
    writer.put(list);
    std::vector<std::byte> message = writer.take();
    ranks_.broadcast(message);
    list = ByteReader(message).take_vector<Misaligned>();
    std::vector<std::vector<std::byte>> mine(list.size());
    const auto work = [&](std::size_t item) {
      ByteWriter reports;
      const Misaligned& misaligned = list[item];
      const std::size_t first = plan_.tracks[misaligned.track].experiments[misaligned.experiment].first_fov;
      score_experiment_item(plan_, misaligned.submission, misaligned.track, misaligned.experiment,
                            [&](std::size_t fov, ScoredFov&& scored) {
                              rows_.put(section(misaligned.submission, first + fov), scored);
                              reports.put(packed(scored.report));
                            });
      mine[item] = reports.take();
    };
    const std::vector<double> costs(list.size(), 1);
    const auto owner = parallel::for_each_item(ranks_, costs, work);
    second_round_.reports.resize(first_round_.reports.size());
    second_round_.owner.assign(first_round_.owner.size(), -1);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const PlannedExperiment& experiment = plan_.tracks[list[i].track].experiments[list[i].experiment];
      for (std::size_t f = 0; f < experiment.fovs; ++f)
        second_round_.owner[section(list[i].submission, experiment.first_fov + f)] = owner[i];
    }
    parallel::for_each_in_order(
        ranks_, owner, [&](std::size_t item) { return std::move(mine[item]); },
        [&](std::size_t item, std::span<const std::byte> bytes) {
          ByteReader reader(bytes);
          const PlannedExperiment& experiment = plan_.tracks[list[item].track].experiments[list[item].experiment];
          for (std::size_t f = 0; f < experiment.fovs; ++f) {
            const auto report = reader.take_vector<std::byte>();
            second_round_.reports[section(list[item].submission, experiment.first_fov + f)] = unpacked_report(report);
          }
        });
  }

  std::span<FovReport> reports_of(std::vector<FovReport>& reports, std::size_t submission, std::size_t track,
                                  std::size_t experiment) {
    const PlannedExperiment& planned = plan_.tracks[track].experiments[experiment];
    return std::span(reports).subspan(section(submission, planned.first_fov), planned.fovs);
  }

  bool is_misaligned(std::size_t submission, std::size_t track, std::size_t experiment) {
    const auto reports = reports_of(first_round_.reports, submission, track, experiment);
    const bool readable =
        std::all_of(reports.begin(), reports.end(), [](const FovReport& r) { return r.event == FovEvent::none; });
    const auto out_of_line = [&](const FovReport& r) {
      return &r == &reports.back() ? !r.aligned_if_last : !r.aligned;
    };
    return readable && std::any_of(reports.begin(), reports.end(), out_of_line);
  }

  // Root: which tasks are scored, and which rows count.
  void decide(ScoreResults& results) {
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s) {
      SubmissionOutcome outcome{plan_, s, {}};
      for (std::size_t t = 0; t < plan_.tracks.size(); ++t) {
        TrackInput input;
        for (std::size_t e = 0; e < plan_.tracks[t].experiments.size(); ++e) {
          const bool joined = second_round_.owner[section(s, plan_.tracks[t].experiments[e].first_fov)] >= 0;
          const auto own = reports_of(first_round_.reports, s, t, e);
          input.by_fov.emplace_back(own.begin(), own.end());
          const auto second = reports_of(second_round_.reports, s, t, e);
          input.joined.emplace_back(joined ? std::vector<FovReport>(second.begin(), second.end())
                                           : std::vector<FovReport>{});
        }
        for (std::size_t i = 0; i < experiments_.size(); ++i)
          if (experiments_[i].track == t) input.ensemble.push_back(ensembles_[i][s]);
        outcome.inputs.push_back(std::move(input));
      }
      results.submissions.push_back(decide_tasks(outcome));
      outcomes_.push_back(std::move(outcome));
    }
    for (std::size_t i = 0; i < results.sections.size(); ++i) {
      const std::size_t s = i / plan_.fovs.size();
      const FovPlace& place = plan_.fovs[i % plan_.fovs.size()];
      const TrackScores& track = results.submissions[s].tracks[place.track];
      if (!track.submitted || track.single_status != TaskStatus::scored) continue;
      const bool joined = second_round_.owner[i] >= 0;
      const FovReport& report = (joined ? second_round_ : first_round_).reports[i];
      results.sections[i] = {(joined ? second_round_ : first_round_).owner[i], report.trajectories, report.segments,
                             report.change_points};
    }
  }

  void share_sections(ScoreResults& results) const {
    ByteWriter writer;
    writer.put(results.sections);
    std::vector<std::byte> message = writer.take();
    ranks_.broadcast(message);
    results.sections = ByteReader(message).take_vector<RowSection>();
  }

  // The sums of errors over each experiment, rounded as the official scorer rounds them: over all pairs in order.
  void sum_in_order(ScoreResults& results) {
    std::vector<std::int64_t> owner;
    for (const RowSection& rows : results.sections) owner.push_back(rows.owner);
    PairwiseSum alpha, k;
    const auto produce = [&](std::size_t item) {
      ByteWriter writer;
      writer.put(rows_.errors(item));
      return writer.take();
    };
    const auto consume = [&](std::size_t item, std::span<const std::byte> bytes) {
      const std::size_t s = item / plan_.fovs.size();
      const FovPlace& place = plan_.fovs[item % plan_.fovs.size()];
      const PlannedExperiment& experiment = plan_.experiment(place);
      if (place.fov == 0) alpha = k = PairwiseSum();
      const auto values = ByteReader(bytes).take_vector<double>();
      alpha.add(std::span(values).first(values.size() / 2));
      k.add(std::span(values).subspan(values.size() / 2));
      if (place.fov + 1 == experiment.fovs)
        outcomes_[s].inputs[place.track].error_sums[place.experiment] = {alpha.result(), k.result()};
    };
    parallel::for_each_in_order(ranks_, owner, produce, consume);
  }

  void finish(ScoreResults& results) {
    for (std::size_t s = 0; s < results.submissions.size(); ++s) compute_scores(outcomes_[s], results.submissions[s]);
  }

  struct Round {
    std::vector<FovReport> reports;  ///< on root
    std::vector<std::int64_t> owner;
  };

  const ScorePlan& plan_;
  const parallel::Communicator& ranks_;
  RowStore& rows_;
  const ScoreProgress& progress_;
  std::vector<ExperimentPlace> experiments_;
  Round first_round_, second_round_;
  std::vector<std::vector<EnsembleReport>> ensembles_;  ///< [experiment of all tracks][submission], on root
  std::vector<SubmissionOutcome> outcomes_;             ///< on root
};

}  // namespace

ScoreResults score_all(const ScorePlan& plan, const parallel::Communicator& ranks, RowStore& rows,
                       const ScoreProgress& progress) {
  return ScoreRun(plan, ranks, rows, progress).run();
}

}  // namespace an::app
