// SPDX-License-Identifier: MIT
#include "app/score/result_tables.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "app/score/result_layout.hpp"
#include "core/byte_archive.hpp"
#include "io/result_file.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

using evaluation::ChangePointScore;
using evaluation::SegmentScore;
using evaluation::TrajectoryScore;
using io::Column;

namespace {

// The columns of a table being filled, value by value.
class Columns {
 public:
  explicit Columns(const std::vector<Column>& columns) : bytes_(columns.size()) {
    for (const Column& column : columns) sizes_.push_back(io::value_size(column));
  }

  template <class T>
  Columns& put(T value) {
    AN_ASSERT(sizeof value == sizes_[next_]);
    append(&value, sizeof value);
    return *this;
  }
  Columns& put_text(std::string text) {
    text.resize(sizes_[next_], '\0');
    append(text.data(), text.size());
    return *this;
  }
  std::size_t rows() const { return bytes_[0].size() / sizes_[0]; }
  const std::vector<std::vector<std::byte>>& bytes() const { return bytes_; }
  void clear() {
    for (auto& column : bytes_) column.clear();
  }

 private:
  void append(const void* value, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(value);
    bytes_[next_].insert(bytes_[next_].end(), begin, begin + size);
    if (++next_ == sizes_.size()) next_ = 0;
  }
  std::vector<std::size_t> sizes_;  ///< of a value
  std::vector<std::vector<std::byte>> bytes_;
  std::size_t next_ = 0;
};

// Scores as columns; NaN for a task that was not scored.
template <class Scores>
void put_scores(Columns& columns, const Scores& scores) {
  for (const double score : scores) columns.put(score);
}

template <class Scores>
Scores no_scores() {
  Scores scores{};
  scores.fill(std::numeric_limits<double>::quiet_NaN());
  return scores;
}

// A small table, written by root alone.
void write_small(io::ResultFile& file, const io::Table& table, const Columns& columns, bool is_root) {
  file.create(table);
  const std::vector<std::vector<std::byte>> none(table.columns.size());
  file.write(table, {0, is_root ? table.rows : 0}, is_root ? columns.bytes() : none);
}

void write_scores(io::ResultFile& file, const ScorePlan& plan, const ScoreResults& results,
                  const parallel::Communicator& ranks) {
  std::size_t longest_name = 1;
  for (const Submission& submission : plan.submissions) longest_name = std::max(longest_name, submission.name.size());
  io::Table submissions = submission_table(longest_name);
  submissions.rows = plan.submissions.size();
  io::Table global = global_table();
  io::Table experiments = experiment_table();
  io::Table fovs = fov_table();
  io::Table errors = change_point_table();
  Columns error_columns(errors.columns);
  Columns names(submissions.columns), global_columns(global.columns), experiment_columns(experiments.columns),
      fov_columns(fovs.columns);
  for (std::size_t s = 0; s < results.submissions.size(); ++s) {
    names.put_text(plan.submissions[s].name);
    for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
      const TrackScores& track = results.submissions[s].tracks[t];
      const auto number = static_cast<std::int8_t>(plan.tracks[t].number);
      if (!track.submitted || results.submissions[s].stopped()) continue;
      global_columns.put(static_cast<std::int32_t>(s)).put(number);
      put_scores(global_columns, track.single);
      put_scores(global_columns, track.ensemble);
      for (std::size_t e = 0; e < plan.tracks[t].experiments.size(); ++e) {
        const bool has_single = !track.single_experiments.empty();
        const std::int32_t experiment = plan.tracks[t].experiments[e].number;
        experiment_columns.put(static_cast<std::int32_t>(s)).put(number).put(experiment);
        experiment_columns.put(has_single ? track.single_experiments[e].trajectories : std::int64_t{0});
        put_scores(experiment_columns,
                   has_single ? track.single_experiments[e].scores : no_scores<evaluation::SingleScores>());
        put_scores(experiment_columns, !track.ensemble_experiments.empty() ? track.ensemble_experiments[e]
                                                                           : no_scores<evaluation::EnsembleScores>());
        if (!has_single) continue;
        std::int32_t fov = 0;
        evaluation::ChangePointErrors counts{};
        for (const FovReport& report : track.single_experiments[e].fovs) {
          fov_columns.put(static_cast<std::int32_t>(s)).put(number).put(experiment).put(fov++);
          fov_columns.put(report.trajectories).put(report.segments);
          put_scores(fov_columns, report.scores);
          std::transform(counts.begin(), counts.end(), report.change_point_errors.begin(), counts.begin(),
                         std::plus<>());
        }
        auto error = -static_cast<std::int32_t>(counts.size() / 2);
        for (const std::int64_t count : counts)
          error_columns.put(static_cast<std::int32_t>(s)).put(number).put(experiment).put(error++).put(count);
      }
    }
  }
  std::vector<std::int64_t> rows{
      static_cast<std::int64_t>(global_columns.rows()), static_cast<std::int64_t>(experiment_columns.rows()),
      static_cast<std::int64_t>(fov_columns.rows()), static_cast<std::int64_t>(error_columns.rows())};
  ranks.max_of_all(rows);  // only root has results
  global.rows = static_cast<std::uint64_t>(rows[0]);
  experiments.rows = static_cast<std::uint64_t>(rows[1]);
  fovs.rows = static_cast<std::uint64_t>(rows[2]);
  errors.rows = static_cast<std::uint64_t>(rows[3]);
  write_small(file, experiments, experiment_columns, ranks.is_root());
  write_small(file, global, global_columns, ranks.is_root());
  write_small(file, submissions, names, ranks.is_root());
  write_small(file, fovs, fov_columns, ranks.is_root());
  write_small(file, errors, error_columns, ranks.is_root());
}

// Where a section's rows go in the file.
struct SectionStart {
  std::uint64_t trajectories = 0;
  std::uint64_t segments = 0;
  std::uint64_t change_points = 0;

  std::uint64_t rows() const { return trajectories + segments + change_points; }
};

void put_trajectory(Columns& columns, std::int32_t submission, const FovPlace& place, const ScorePlan& plan,
                    const TrajectoryScore& row) {
  const evaluation::ChangePointCounts& counts = row.change_points;
  columns.put(submission).put(static_cast<std::int8_t>(plan.tracks[place.track].number));
  columns.put(static_cast<std::int32_t>(plan.experiment(place).number)).put(static_cast<std::int32_t>(place.fov));
  columns.put(row.index).put(row.length).put(row.change_points_true).put(row.change_points_predicted);
  columns.put(static_cast<std::int32_t>(counts.true_positives)).put(static_cast<std::int32_t>(counts.false_positives));
  columns.put(static_cast<std::int32_t>(counts.false_negatives))
      .put(counts.sum_squares)
      .put(row.pairs)
      .put(row.missing);
}

void put_segment(Columns& columns, std::int64_t trajectory, const SegmentScore& row) {
  columns.put(trajectory).put(row.segment_true).put(row.segment_predicted);
  columns.put(row.alpha_true).put(row.alpha_predicted).put(row.alpha_error);
  columns.put(row.k_true).put(row.k_predicted).put(row.k_squared_log_error);
  columns.put(row.state_true).put(row.state_predicted);
}

void put_change_point(Columns& columns, std::int64_t trajectory, const ChangePointScore& row) {
  columns.put(trajectory).put(row.frame_true).put(row.frame_predicted);
  columns.put(row.alpha_before).put(row.alpha_after).put(row.k_before).put(row.k_after);
  columns.put(row.state_before).put(row.state_after).put(row.length_before).put(row.length_after);
}

// Writes the rows in rounds of bounded memory. In each, every rank writes rows that follow each other in the file; they
// come to it from the ranks that have scored them.
class RowWriter {
 public:
  RowWriter(io::ResultFile& file, const ScorePlan& plan, const ScoreResults& results, const RowStore& rows)
      : file_(file), plan_(plan), rows_(rows) {
    SectionStart start;
    for (const RowSection& section : results.sections) {
      starts_.push_back(start);
      owners_.push_back(section.owner);
      if (section.owner < 0) continue;
      start.trajectories += static_cast<std::uint64_t>(section.trajectories);
      start.segments += static_cast<std::uint64_t>(section.segments);
      start.change_points += static_cast<std::uint64_t>(section.change_points);
    }
    starts_.push_back(start);
    trajectories_.rows = start.trajectories;
    segments_.rows = start.segments;
    change_points_.rows = start.change_points;
    file_.create(trajectories_);
    file_.create(segments_);
    file_.create(change_points_);
  }

  void write(const parallel::Communicator& ranks, std::uint64_t most_rows) {
    const auto size = static_cast<std::uint64_t>(ranks.size());
    const std::uint64_t rounds = starts_.back().rows() / (most_rows * size) + 1;
    const std::uint64_t share = starts_.back().rows() / (rounds * size) + 1;
    std::vector<std::size_t> bounds{0};  // of the shares, round after round
    for (std::uint64_t i = 1; i <= rounds * size; ++i)
      bounds.push_back(static_cast<std::size_t>(
          std::lower_bound(starts_.begin(), starts_.end() - 1, i * share,
                           [](const SectionStart& start, std::uint64_t rows) { return start.rows() < rows; }) -
          starts_.begin()));
    for (std::uint64_t round = 0; round < rounds; ++round) {
      parallel::bring_to_runs(
          ranks, owners_, std::span(bounds).subspan(round * size, size + 1),
          [&](std::size_t section) { return packed_rows(section); },
          [&](std::size_t section, std::span<const std::byte> bytes) { add_rows(section, bytes); });
      const SectionStart& first = starts_[bounds[round * size + static_cast<std::size_t>(ranks.rank())]];
      write_rows(trajectories_, first.trajectories, trajectory_columns_);
      write_rows(segments_, first.segments, segment_columns_);
      write_rows(change_points_, first.change_points, change_point_columns_);
    }
  }

 private:
  std::vector<std::byte> packed_rows(std::size_t section) const {
    ByteWriter writer;
    writer.put(rows_.trajectories(section));
    writer.put(rows_.segments(section));
    writer.put(rows_.change_points(section));
    return writer.take();
  }

  void add_rows(std::size_t section, std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    const auto trajectories = reader.take_vector<TrajectoryScore>();
    const auto segments = reader.take_vector<SegmentScore>();
    const auto change_points = reader.take_vector<ChangePointScore>();
    const auto submission = static_cast<std::int32_t>(section / plan_.fovs.size());
    const FovPlace& place = plan_.fovs[section % plan_.fovs.size()];
    const auto first = static_cast<std::int64_t>(starts_[section].trajectories);
    auto segment = segments.begin();
    std::int64_t row = first;
    for (const TrajectoryScore& trajectory : trajectories) {
      put_trajectory(trajectory_columns_, submission, place, plan_, trajectory);
      for (std::int32_t pair = 0; pair < trajectory.pairs; ++pair) put_segment(segment_columns_, row, *segment++);
      ++row;
    }
    for (const ChangePointScore& change_point : change_points)
      put_change_point(change_point_columns_, first + change_point.trajectory, change_point);
  }

  void write_rows(const io::Table& table, std::uint64_t first, Columns& columns) {
    file_.write(table, {first, columns.rows()}, columns.bytes());
    columns.clear();
  }

  io::ResultFile& file_;
  const ScorePlan& plan_;
  const RowStore& rows_;
  std::vector<SectionStart> starts_;  ///< of every section; last, where the tables end
  std::vector<std::int64_t> owners_;
  io::Table trajectories_ = trajectory_table();
  io::Table segments_ = segment_table();
  io::Table change_points_ = matched_change_point_table();
  Columns trajectory_columns_{trajectories_.columns};
  Columns segment_columns_{segments_.columns};
  Columns change_point_columns_{change_points_.columns};
};

}  // namespace

void write_result_file(const std::filesystem::path& path, const ScorePlan& plan, const ScoreResults& results,
                       const RowStore& rows, const ResultAttributes& attributes, const parallel::Communicator& ranks,
                       std::uint64_t most_rows) {
  io::ResultFile file(path, ranks.uses_mpi());
  file.set_attribute("schema", result_schema);
  file.set_attribute("program", attributes.program);
  file.set_attribute("config", attributes.config);
  file.set_attribute("scores_hash", attributes.scores_hash);
  write_scores(file, plan, results, ranks);
  RowWriter(file, plan, results, rows).write(ranks, most_rows);
  file.commit();
}

}  // namespace an::app
