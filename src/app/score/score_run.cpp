// SPDX-License-Identifier: MIT
#include "app/score/score_run.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "app/score/ensemble_item.hpp"
#include "app/score/task_outcome.hpp"
#include "core/byte_archive.hpp"
#include "core/pairwise_sum.hpp"
#include "io/benchmark_tree.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

namespace {

std::array<std::uint32_t, row_table_count> rows_of(const FovReport& report) {
  return {1, static_cast<std::uint32_t>(report.trajectories), static_cast<std::uint32_t>(report.segments),
          static_cast<std::uint32_t>(report.change_points)};
}

// The scoring of a plan: two rounds of work items, a decision after each, and the sums in order.
class ScoreRun {
 public:
  ScoreRun(const ScorePlan& plan, const parallel::Communicator& ranks, RowStore& rows, const ScoreProgress& progress)
      : plan_(plan), ranks_(ranks), rows_(rows), progress_(progress) {
    for (std::size_t t = 0; t < plan.tracks.size(); ++t)
      for (std::size_t e = 0; e < plan.tracks[t].experiments.size(); ++e) experiments_.push_back({t, e});
  }

  ScoreResults run() {
    if (ranks_.is_root()) begin();
    score_files();
    score_misaligned();
    ScoreResults results;
    if (ranks_.is_root()) decide(results);
    results.sections = std::move(sections_);
    ranks_.broadcast(results.sections);
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

  // Root: nothing of any field of view is known.
  void begin() {
    sections_.resize(plan_.submissions.size() * plan_.fovs.size());
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s) {
      SubmissionOutcome& outcome = outcomes_.emplace_back(SubmissionOutcome{plan_, s, {}});
      for (const PlannedTrack& track : plan_.tracks) {
        TrackInput& input = outcome.inputs.emplace_back();
        input.by_fov.resize(track.experiments.size());
        input.joined.resize(track.experiments.size());
      }
    }
  }

  // First round: every field of view on its own, in blocks of neighbours, which one rank scores and then writes; and
  // every experiment's ensemble.
  void score_files() {
    const std::size_t fovs = plan_.fovs.size();
    const std::vector<double> costs = fov_costs();
    std::vector<std::size_t> bounds;  // of the blocks
    if (ranks_.is_root()) bounds = parallel::falling_blocks(costs, ranks_.size());
    ranks_.broadcast(bounds);
    const std::size_t blocks = bounds.size() - 1;
    std::vector<double> block_costs;
    for (std::size_t b = 0; b < blocks; ++b)
      block_costs.push_back(std::accumulate(costs.begin() + static_cast<std::ptrdiff_t>(bounds[b]),
                                            costs.begin() + static_cast<std::ptrdiff_t>(bounds[b + 1]), 0.0));
    constexpr double ensemble_cost = 1e6;
    block_costs.resize(blocks + experiments_.size(), ensemble_cost * static_cast<double>(1 + plan_.submissions.size()));
    std::map<std::size_t, std::vector<EnsembleReport>> ensembles;
    EnsembleItems ensemble;
    std::size_t done = 0;  // by root, of about as many as by each other rank
    const auto tell = [&] {
      done += static_cast<std::size_t>(ranks_.size());
      if (progress_ && ranks_.is_root()) progress_(std::min(done, fovs + experiments_.size()));
    };
    const auto work = [&](std::size_t item) {
      if (item >= blocks) {
        const auto& [track, experiment] = experiments_[item - blocks];
        ensembles[item - blocks] = ensemble.score(plan_, track, experiment);
        return tell();
      }
      for (std::size_t fov = bounds[item]; fov < bounds[item + 1]; ++fov) {
        score_fov(fov);
        tell();
      }
    };
    const auto owner = parallel::for_each_item(ranks_, block_costs, work);
    parallel::for_each_in_order(
        ranks_, std::span(owner).subspan(blocks), [&](std::size_t item) { return packed(ensembles.at(item)); },
        [&](std::size_t item, std::span<const std::byte> bytes) {
          const auto reports = unpacked_ensemble_reports(bytes);
          for (std::size_t s = 0; s < reports.size(); ++s)
            outcomes_[s].inputs[experiments_[item].track].ensemble.push_back(reports[s]);
        });
    std::vector<std::int64_t> owner_of_section;
    for (std::size_t s = 0; s < plan_.submissions.size(); ++s)
      for (std::size_t b = 0; b < blocks; ++b)
        for (std::size_t f = bounds[b]; f < bounds[b + 1]; ++f)
          owner_of_section.push_back(plan_.has_track(s, plan_.fovs[f].track) ? owner[b] : -1);
    add_reports(owner_of_section, [](TrackInput& input, std::size_t e) -> ExperimentTally& { return input.by_fov[e]; });
  }

  // What each field of view costs, in bytes of labels that take as long; on root.
  std::vector<double> fov_costs() const {
    std::vector<double> costs(plan_.fovs.size());
    constexpr double open_cost = 1e4;
    for (std::size_t i = 0; ranks_.is_root() && i < costs.size(); ++i) {
      const FovPlace& place = plan_.fovs[i];
      std::error_code missing;  // reported where it is read
      const auto size =
          std::filesystem::file_size(io::truth_labels(plan_.experiment(place).reference, place.fov), missing);
      costs[i] =
          static_cast<double>(plan_.submissions.size()) * (open_cost + (missing ? 0.0 : static_cast<double>(size)));
    }
    return costs;
  }

  void score_fov(std::size_t fov) {
    const auto scored = score_fov_item(plan_, plan_.fovs[fov]);
    for (std::size_t s = 0; s < scored.size(); ++s)
      if (plan_.has_track(s, plan_.fovs[fov].track)) rows_.put(section(s, fov), scored[s]);
  }

  // Brings the reports of sections to root, which adds each to its tally. Collective.
  template <class TallyOf>
  void add_reports(std::span<const std::int64_t> owner, const TallyOf& tally_of) {
    parallel::for_each_in_order(
        ranks_, owner, [&](std::size_t item) { return rows_.report(item); },
        [&](std::size_t item, std::span<const std::byte> bytes) {
          FovReport report = unpacked_report(bytes);
          const FovPlace& place = plan_.fovs[item % plan_.fovs.size()];
          sections_[item] = {static_cast<std::int32_t>(owner[item]), rows_of(report)};
          tally_of(outcomes_[item / plan_.fovs.size()].inputs[place.track], place.experiment)
              .add(std::move(report), plan_.rules, place.fov + 1 == plan_.experiment(place).fovs);
        });
  }

  // Second round: experiments whose indices the official scorer does not join as they are.
  void score_misaligned() {
    std::vector<Misaligned> list;
    if (ranks_.is_root() && plan_.rules.strict())
      for (std::size_t s = 0; s < plan_.submissions.size(); ++s)
        for (const auto& [track, experiment] : experiments_) {
          const ExperimentTally& tally = outcomes_[s].inputs[track].by_fov[experiment];
          if (tally.misaligned && tally.event == FovEvent::none) list.push_back({s, track, experiment});
        }
    ranks_.broadcast(list);
    if (list.empty()) return;
    const auto first_section = [&](const Misaligned& misaligned) {
      return section(misaligned.submission,
                     plan_.tracks[misaligned.track].experiments[misaligned.experiment].first_fov);
    };
    const auto work = [&](std::size_t item) {
      const Misaligned& misaligned = list[item];
      score_experiment_item(plan_, misaligned.submission, misaligned.track, misaligned.experiment,
                            [&](std::size_t fov, ScoredFov&& scored) {
                              // The others are told of by the first round.
                              std::erase_if(scored.report.problems,
                                            [](const ScoreProblem& problem) { return !problem.fatal; });
                              rows_.put(first_section(misaligned) + fov, scored);
                            });
    };
    const std::vector<double> costs(list.size(), 1);
    const auto owner = parallel::for_each_item(ranks_, costs, work);
    std::vector<std::int64_t> owner_of_section(plan_.submissions.size() * plan_.fovs.size(), -1);
    for (std::size_t i = 0; i < list.size(); ++i)
      std::fill_n(owner_of_section.begin() + static_cast<std::ptrdiff_t>(first_section(list[i])),
                  plan_.tracks[list[i].track].experiments[list[i].experiment].fovs, owner[i]);
    add_reports(owner_of_section, [](TrackInput& input, std::size_t e) -> ExperimentTally& {
      return input.joined[e] ? *input.joined[e] : input.joined[e].emplace();
    });
  }

  // Root: which tasks are scored, and which rows count.
  void decide(ScoreResults& results) {
    for (const SubmissionOutcome& outcome : outcomes_) results.submissions.push_back(decide_tasks(outcome));
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      const SubmissionScores& scores = results.submissions[i / plan_.fovs.size()];
      const TrackScores& track = scores.tracks[plan_.fovs[i % plan_.fovs.size()].track];
      if (scores.stopped() || !track.submitted || track.single_status != TaskStatus::scored) sections_[i] = {};
    }
  }

  // Neighbouring sections of an experiment that one rank has.
  struct SectionRun {
    std::size_t begin, end;
    std::size_t first_segment;  ///< of those of the experiment
  };

  std::vector<SectionRun> runs_of(const std::vector<RowSection>& sections) const {
    std::vector<SectionRun> runs;
    std::size_t segment = 0;
    for (std::size_t i = 0; i < sections.size(); ++i) {
      const bool begins = plan_.fovs[i % plan_.fovs.size()].fov == 0;
      if (begins) segment = 0;
      if (begins || sections[i].owner != sections[i - 1].owner) runs.push_back({i, i, segment});
      runs.back().end = i + 1;
      segment += sections[i].rows[segments_table];
    }
    return runs;
  }

  // The sums of errors over each experiment, rounded as the official scorer rounds them: over all pairs in order. Each
  // rank sums what it has, as far as that is possible without the others.
  void sum_in_order(ScoreResults& results) {
    const std::vector<SectionRun> runs = runs_of(results.sections);
    std::vector<std::int64_t> owner;
    for (const SectionRun& run : runs) owner.push_back(results.sections[run.begin].owner);
    const auto produce = [&](std::size_t item) {
      PairwisePart alpha(runs[item].first_segment), k(runs[item].first_segment);
      for (std::size_t section = runs[item].begin; section < runs[item].end; ++section) {
        const std::vector<double> errors = rows_.errors(section);
        alpha.add(std::span(errors).first(errors.size() / 2));
        k.add(std::span(errors).subspan(errors.size() / 2));
      }
      ByteWriter writer;
      for (const PairwisePart* part : {&alpha, &k}) {
        writer.put(part->head);
        writer.put(part->sums);
        writer.put(part->tail);
      }
      return writer.take();
    };
    PairwiseSum alpha, k;
    const auto consume = [&](std::size_t item, std::span<const std::byte> bytes) {
      const FovPlace& place = plan_.fovs[runs[item].begin % plan_.fovs.size()];
      if (place.fov == 0) alpha = k = PairwiseSum();
      ByteReader reader(bytes);
      for (PairwiseSum* sum : {&alpha, &k}) {
        PairwisePart part(runs[item].first_segment);
        part.head = reader.take_vector<double>();
        part.sums = reader.take_vector<double>();
        part.tail = reader.take_vector<double>();
        sum->add(part);
      }
      if (place.fov + runs[item].end - runs[item].begin == plan_.experiment(place).fovs)
        outcomes_[runs[item].begin / plan_.fovs.size()].inputs[place.track].error_sums[place.experiment] = {
            alpha.result(), k.result()};
    };
    parallel::for_each_in_order(ranks_, owner, produce, consume);
  }

  void finish(ScoreResults& results) {
    for (std::size_t s = 0; s < results.submissions.size(); ++s) compute_scores(outcomes_[s], results.submissions[s]);
  }

  const ScorePlan& plan_;
  const parallel::Communicator& ranks_;
  RowStore& rows_;
  const ScoreProgress& progress_;
  std::vector<ExperimentPlace> experiments_;
  std::vector<RowSection> sections_;         ///< on root
  std::vector<SubmissionOutcome> outcomes_;  ///< on root
};

}  // namespace

ScoreResults score_all(const ScorePlan& plan, const parallel::Communicator& ranks, RowStore& rows,
                       const ScoreProgress& progress) {
  return ScoreRun(plan, ranks, rows, progress).run();
}

}  // namespace an::app
