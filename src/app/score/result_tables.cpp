// SPDX-License-Identifier: MIT
#include "app/score/result_tables.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "app/score/result_layout.hpp"
#include "core/error.hpp"
#include "io/result_file.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

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
  if (is_root) file.write(table, {0, table.rows}, columns.bytes());
}

void write_scores(io::ResultFile& file, const ScorePlan& plan, const ScoreResults& results,
                  const parallel::Communicator& ranks) {
  std::size_t longest_name = 1;
  for (const Submission& submission : plan.submissions) longest_name = std::max(longest_name, submission.name.size());
  io::Table submissions = submission_table(longest_name);
  submissions.rows = plan.submissions.size();
  io::Table global = global_table();
  io::Table experiments = experiment_table();
  io::Table errors = change_point_table();
  Columns error_columns(errors.columns);
  Columns names(submissions.columns), global_columns(global.columns), experiment_columns(experiments.columns);
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
        const evaluation::ChangePointErrors& counts = track.single_experiments[e].change_point_errors;
        auto error = -static_cast<std::int32_t>(counts.size() / 2);
        for (const std::int64_t count : counts)
          error_columns.put(static_cast<std::int32_t>(s)).put(number).put(experiment).put(error++).put(count);
      }
    }
  }
  std::vector<std::int64_t> rows{static_cast<std::int64_t>(global_columns.rows()),
                                 static_cast<std::int64_t>(experiment_columns.rows()),
                                 static_cast<std::int64_t>(error_columns.rows())};
  ranks.max_of_all(rows);  // only root has results
  global.rows = static_cast<std::uint64_t>(rows[0]);
  experiments.rows = static_cast<std::uint64_t>(rows[1]);
  errors.rows = static_cast<std::uint64_t>(rows[2]);
  write_small(file, experiments, experiment_columns, ranks.is_root());
  write_small(file, global, global_columns, ranks.is_root());
  write_small(file, submissions, names, ranks.is_root());
  write_small(file, errors, error_columns, ranks.is_root());
}

// Numbers of rows of row_tables(), or their first ones.
using RowCounts = std::array<std::uint64_t, row_table_count>;

std::uint64_t sum_of(const RowCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// The rows of some neighbouring sections, column by column, until they are written.
class RowPiece {
 public:
  explicit RowPiece(std::span<const io::Table> tables) : tables_(tables), columns_(tables.size()) {
    for (std::size_t t = 0; t < tables.size(); ++t) columns_[t].resize(tables[t].columns.size());
  }

  // Makes room for the rows from `first` on, before `end`, of each table.
  void begin(const RowCounts& first, const RowCounts& end) {
    first_ = first;
    end_ = end;
    for (std::size_t t = 0; t < tables_.size(); ++t)
      for (std::size_t c = 0; c < columns_[t].size(); ++c)
        columns_[t][c].resize((end[t] - first[t]) * io::value_size(tables_[t].columns[c]));
  }
  // Where the rows of a section go: a place a column, table by table, as RowStore has them.
  std::vector<std::span<std::byte>> places(const RowCounts& start, const RowCounts& end) {
    std::vector<std::span<std::byte>> places;
    for (std::size_t t = 0; t < tables_.size(); ++t)
      for (std::size_t c = 0; c < columns_[t].size(); ++c) {
        const std::size_t size = io::value_size(tables_[t].columns[c]);
        places.push_back(std::span(columns_[t][c]).subspan((start[t] - first_[t]) * size, (end[t] - start[t]) * size));
      }
    return places;
  }
  void write(io::ResultFile& file) const {
    for (std::size_t t = 0; t < tables_.size(); ++t)
      file.write(tables_[t], {first_[t], end_[t] - first_[t]}, columns_[t]);
  }

 private:
  std::span<const io::Table> tables_;
  RowCounts first_{}, end_{};
  std::vector<std::vector<std::vector<std::byte>>> columns_;  ///< [table][column]
};

// A section's rows count its trajectories from 0: makes them count from `first`.
void count_from(std::uint64_t first, std::span<std::byte> column) {
  for (std::size_t i = 0; i < column.size(); i += sizeof(std::int64_t)) {
    std::int64_t row = 0;
    std::memcpy(&row, &column[i], sizeof row);
    row += static_cast<std::int64_t>(first);
    std::memcpy(&column[i], &row, sizeof row);
  }
}

// Writes the rows in rounds of bounded memory. In each, a rank writes a piece of neighbouring rows; most it has scored
// itself, the others come to it from the ranks that have.
class RowWriter {
 public:
  RowWriter(io::ResultFile& file, const ScoreResults& results, const RowStore& rows)
      : file_(file), sections_(results.sections), rows_(rows) {
    RowCounts start{};
    for (const RowSection& section : sections_) {
      starts_.push_back(start);
      owners_.push_back(section.owner);
      std::ranges::transform(start, section.rows, start.begin(), std::plus<>());
    }
    starts_.push_back(start);
    std::size_t place = 0;
    for (std::size_t t = 0; t < row_table_count; ++t) {
      tables_[t].rows = start[t];
      file_.create(tables_[t]);
      for (const Column& column : tables_[t].columns) {
        if (column.name == trajectory_column) trajectory_places_.push_back(place);
        ++place;
      }
    }
  }

  void write(const parallel::Communicator& ranks, std::uint64_t most_rows) {
    // Pieces within what a rank has scored at once, which is half of its share at most: blocks of falling size.
    const auto size = static_cast<std::size_t>(ranks.size());
    const auto pieces = pieces_by_rank(size, std::min(most_rows, sum_of(starts_.back()) / (4 * size) + 1));
    std::size_t rounds = 0;
    for (const auto& of_rank : pieces) rounds = std::max(rounds, of_rank.size());
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<parallel::ItemRun> runs;
      for (const auto& of_rank : pieces) runs.push_back(round < of_rank.size() ? of_rank[round] : parallel::ItemRun{});
      const parallel::ItemRun& run = runs[static_cast<std::size_t>(ranks.rank())];
      piece_.begin(starts_[run.begin], starts_[run.end]);
      for (std::size_t section = run.begin; section < run.end; ++section)
        if (owners_[section] == ranks.rank())
          place(section, [&](const auto& places) { rows_.read_rows(section, places); });
      parallel::bring_to_runs(
          ranks, owners_, runs, [&](std::size_t section) { return rows_.rows(section); },
          [&](std::size_t section, std::span<const std::byte> bytes) {
            place(section, [&](const auto& places) {
              for (const std::span<std::byte> to : places) {
                std::ranges::copy(bytes.first(to.size()), to.begin());
                bytes = bytes.subspan(to.size());
              }
            });
          });
      piece_.write(file_);
    }
  }

 private:
  // The pieces of neighbouring sections that each rank writes: those of which it has scored the most rows.
  std::vector<std::vector<parallel::ItemRun>> pieces_by_rank(std::size_t ranks, std::uint64_t most_rows) const {
    std::vector<std::vector<parallel::ItemRun>> pieces(ranks);
    std::vector<std::uint64_t> rows_of_rank(ranks);
    for (std::size_t begin = 0, end = 0; begin < sections_.size(); begin = end) {
      std::ranges::fill(rows_of_rank, 0);
      do {
        if (owners_[end] >= 0)
          rows_of_rank[static_cast<std::size_t>(owners_[end])] += sum_of(starts_[end + 1]) - sum_of(starts_[end]);
        ++end;
      } while (end < sections_.size() && sum_of(starts_[end + 1]) - sum_of(starts_[begin]) <= most_rows);
      const auto most = std::ranges::max_element(rows_of_rank) - rows_of_rank.begin();
      pieces[static_cast<std::size_t>(most)].push_back({begin, end});
    }
    return pieces;
  }

  // Calls fill(places) for the rows of a section.
  template <class Fill>
  void place(std::size_t section, const Fill& fill) {
    const std::vector<std::span<std::byte>> places = piece_.places(starts_[section], starts_[section + 1]);
    fill(places);
    for (const std::size_t i : trajectory_places_) count_from(starts_[section][trajectories_table], places[i]);
  }

  io::ResultFile& file_;
  const std::vector<RowSection>& sections_;
  const RowStore& rows_;
  std::vector<RowCounts> starts_;  ///< of every section; last, where the tables end
  std::vector<std::int64_t> owners_;
  std::vector<std::size_t> trajectory_places_;  ///< of the places of a section, those of trajectory_column
  std::array<io::Table, row_table_count> tables_ = row_tables();
  RowPiece piece_{tables_};
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
  RowWriter(file, results, rows).write(ranks, most_rows);
  file.commit();
}

}  // namespace an::app
