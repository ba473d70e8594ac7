// SPDX-License-Identifier: MIT
#include "app/result_tables.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "core/byte_archive.hpp"
#include "io/result_file.hpp"

namespace an::app {

using evaluation::SegmentScore;
using evaluation::TrajectoryScore;
using io::Column;
using io::ColumnType;

namespace {

// The columns of a table being filled, value by value.
class Columns {
 public:
  explicit Columns(const std::vector<Column>& columns) : columns_(columns), bytes_(columns.size()) {}

  template <class T>
  Columns& put(T value) {
    AN_ASSERT(sizeof value == io::value_size(columns_[next_]));
    append(&value, sizeof value);
    return *this;
  }
  Columns& put_text(std::string text) {
    text.resize(io::value_size(columns_[next_]), '\0');
    append(text.data(), text.size());
    return *this;
  }
  std::size_t rows() const { return bytes_.empty() ? 0 : bytes_[0].size() / io::value_size(columns_[0]); }
  const std::vector<std::vector<std::byte>>& bytes() const { return bytes_; }
  void clear() {
    for (auto& column : bytes_) column.clear();
  }

 private:
  void append(const void* value, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(value);
    bytes_[next_].insert(bytes_[next_].end(), begin, begin + size);
    next_ = (next_ + 1) % columns_.size();
  }
  const std::vector<Column>& columns_;
  std::vector<std::vector<std::byte>> bytes_;
  std::size_t next_ = 0;
};

const std::vector<Column> single_columns{
    {"rmse_cp", ColumnType::float64, "frames", "root mean squared error of change points"},
    {"jsc_cp", ColumnType::float64, "1", "Jaccard similarity of change points"},
    {"mae_alpha", ColumnType::float64, "1", "mean absolute error of alpha"},
    {"msle_k", ColumnType::float64, "1", "mean squared log error of K"},
    {"f1_state", ColumnType::float64, "1", "micro-averaged F1 of the diffusive state"}};
const std::vector<Column> ensemble_columns{
    {"w1_alpha", ColumnType::float64, "1", "Wasserstein-1 distance of the distributions of alpha"},
    {"w1_k", ColumnType::float64, "pixel^2/frame^alpha", "Wasserstein-1 distance of the distributions of K"}};
const std::vector<Column> fov_place_columns{{"submission", ColumnType::int32, "", "row of /submissions"},
                                            {"track", ColumnType::int8, "", "1 videos, 2 trajectories"},
                                            {"experiment", ColumnType::int32, "", "number of the experiment"},
                                            {"fov", ColumnType::int32, "", "number of the field of view"}};

std::vector<Column> joined(std::vector<Column> columns, const std::vector<Column>& more) {
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

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

io::Table submission_table(const ScorePlan& plan) {
  std::size_t longest = 1;
  for (const Submission& submission : plan.submissions) longest = std::max(longest, submission.name.size());
  return {"/submissions",
          "submission",
          plan.submissions.size(),
          {{"name", ColumnType::text, "", "name of the submission", longest}}};
}

io::Table global_table() {
  return {"/global", "row", 0,
          joined(joined({{"submission", ColumnType::int32, "", "row of /submissions"},
                         {"track", ColumnType::int8, "", "1 videos, 2 trajectories"}},
                        single_columns),
                 ensemble_columns)};
}

io::Table experiment_table() {
  return {"/", "row", 0,
          joined(joined({{"submission", ColumnType::int32, "", "row of /submissions"},
                         {"track", ColumnType::int8, "", "1 videos, 2 trajectories"},
                         {"experiment", ColumnType::int32, "", "number of the experiment"},
                         {"trajectory_count", ColumnType::int64, "1", "trajectories scored"}},
                        single_columns),
                 ensemble_columns)};
}

io::Table fov_table() {
  return {"/fields_of_view", "fov_row", 0,
          joined(joined(fov_place_columns, {{"trajectory_count", ColumnType::int64, "1", "trajectories scored"},
                                            {"pair_count", ColumnType::int64, "1", "pairs of segments"}}),
                 single_columns)};
}

io::Table change_point_table() {
  return {"/change_point_errors",
          "change_point_error",
          0,
          {{"submission", ColumnType::int32, "", "row of /submissions"},
           {"track", ColumnType::int8, "", "1 videos, 2 trajectories"},
           {"experiment", ColumnType::int32, "", "number of the experiment"},
           {"error", ColumnType::int32, "frames", "predicted less true"},
           {"change_points", ColumnType::int64, "1", "matched change points of this error"}}};
}

io::Table trajectory_table() {
  return {"/trajectories", "trajectory", 0,
          joined(fov_place_columns,
                 {{"index", ColumnType::float64, "", "index in the reference file"},
                  {"length", ColumnType::int64, "frames", "length of the trajectory, -1 where it is not given"},
                  {"change_points_true", ColumnType::int32, "1", "change points of the reference"},
                  {"change_points_predicted", ColumnType::int32, "1", "change points of the submission"},
                  {"true_positives", ColumnType::int32, "1", "change points matched"},
                  {"false_positives", ColumnType::int32, "1", "predicted change points without a match"},
                  {"false_negatives", ColumnType::int32, "1", "true change points without a match"},
                  {"sum_squares", ColumnType::int64, "frames^2", "squared distances of the matched change points"},
                  {"pairs", ColumnType::int32, "1", "segments paired"},
                  {"missing", ColumnType::int8, "", "1 where the submission has no usable line"}})};
}

io::Table segment_table() {
  return {
      "/segments",
      "segment",
      0,
      {{"trajectory", ColumnType::int64, "", "row of /trajectories"},
       {"segment_true", ColumnType::int32, "", "segment of the reference, from 0; -1 where the trajectory is missing"},
       {"segment_predicted", ColumnType::int32, "",
        "segment of the submission, from 0; -1 where the trajectory is missing"},
       {"alpha_true", ColumnType::float64, "1", "anomalous exponent of the reference"},
       {"alpha_predicted", ColumnType::float64, "1", "anomalous exponent scored (penalised where invalid)"},
       {"alpha_error", ColumnType::float64, "1", "absolute error of alpha"},
       {"k_true", ColumnType::float64, "pixel^2/frame^alpha", "generalised diffusion coefficient of the reference"},
       {"k_predicted", ColumnType::float64, "pixel^2/frame^alpha",
        "generalised diffusion coefficient scored (penalised where invalid)"},
       {"k_squared_log_error", ColumnType::float64, "1", "squared difference of ln(K + 1)"},
       {"state_true", ColumnType::int8, "", "0 immobile, 1 confined, 2 free, 3 directed"},
       {"state_predicted", ColumnType::int8, "", "as state_true; -1 where there is none"}}};
}

// A small table, written by root alone.
void write_small(io::ResultFile& file, const io::Table& table, const Columns& columns, bool is_root) {
  file.create(table);
  const io::RowBlock all{0, table.rows};
  const std::vector<std::vector<std::byte>> none(table.columns.size());
  file.write(table, std::span(&all, is_root ? 1 : 0), is_root ? columns.bytes() : none);
}

void write_scores(io::ResultFile& file, const ScorePlan& plan, const ScoreResults& results,
                  const parallel::Communicator& ranks) {
  io::Table submissions = submission_table(plan);
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

// Writes the rows in rounds of bounded memory; all ranks take part in every round.
class RowWriter {
 public:
  RowWriter(io::ResultFile& file, const ScorePlan& plan, const ScoreResults& results, const RowStore& rows)
      : file_(file), plan_(plan), results_(results), rows_(rows) {
    SectionStart start;
    for (const RowSection& section : results.sections) {
      starts_.push_back(start);
      if (section.owner < 0) continue;
      start.trajectories += static_cast<std::uint64_t>(section.trajectories);
      start.segments += static_cast<std::uint64_t>(section.segments);
    }
    trajectories_.rows = start.trajectories;
    segments_.rows = start.segments;
    file_.create(trajectories_);
    file_.create(segments_);
  }

  void write(const parallel::Communicator& ranks) {
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < results_.sections.size(); ++i)
      if (results_.sections[i].owner == ranks.rank()) mine.push_back(i);
    std::size_t next = 0;
    for (;;) {
      std::int64_t more = next < mine.size() ? 1 : 0;
      ranks.max_of_all(std::span(&more, 1));
      if (more == 0) return;
      next = write_round(mine, next);
    }
  }

 private:
  std::size_t write_round(const std::vector<std::size_t>& mine, std::size_t next) {
    constexpr std::size_t most_segments = 100'000;
    constexpr std::size_t most_sections = 512;
    std::vector<io::RowBlock> trajectory_blocks, segment_blocks;
    for (std::size_t taken = 0; next < mine.size() && taken < most_sections && segment_columns_.rows() < most_segments;
         ++taken, ++next) {
      const std::size_t section = mine[next];
      trajectory_blocks.push_back(
          {starts_[section].trajectories, static_cast<std::uint64_t>(results_.sections[section].trajectories)});
      segment_blocks.push_back(
          {starts_[section].segments, static_cast<std::uint64_t>(results_.sections[section].segments)});
      add_section(section);
    }
    file_.write(trajectories_, trajectory_blocks, trajectory_columns_.bytes());
    file_.write(segments_, segment_blocks, segment_columns_.bytes());
    trajectory_columns_.clear();
    segment_columns_.clear();
    return next;
  }

  void add_section(std::size_t section) {
    const auto submission = static_cast<std::int32_t>(section / plan_.fovs.size());
    const FovPlace& place = plan_.fovs[section % plan_.fovs.size()];
    const auto segments = rows_.segments(section);
    auto segment = segments.begin();
    auto row = static_cast<std::int64_t>(starts_[section].trajectories);
    for (const TrajectoryScore& trajectory : rows_.trajectories(section)) {
      put_trajectory(trajectory_columns_, submission, place, plan_, trajectory);
      for (std::int32_t pair = 0; pair < trajectory.pairs; ++pair) put_segment(segment_columns_, row, *segment++);
      ++row;
    }
  }

  io::ResultFile& file_;
  const ScorePlan& plan_;
  const ScoreResults& results_;
  const RowStore& rows_;
  std::vector<SectionStart> starts_;
  io::Table trajectories_ = trajectory_table();
  io::Table segments_ = segment_table();
  Columns trajectory_columns_{trajectories_.columns};
  Columns segment_columns_{segments_.columns};
};

}  // namespace

void write_result_file(const std::filesystem::path& path, const ScorePlan& plan, const ScoreResults& results,
                       const RowStore& rows, const ResultAttributes& attributes, const parallel::Communicator& ranks) {
  io::ResultFile file(path, ranks.uses_mpi());
  file.set_attribute("schema", "1");
  file.set_attribute("program", attributes.program);
  file.set_attribute("config", attributes.config);
  write_scores(file, plan, results, ranks);
  RowWriter(file, plan, results, rows).write(ranks);
  file.commit();
}

}  // namespace an::app
