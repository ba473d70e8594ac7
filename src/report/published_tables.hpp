// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace an::report {

/// A row of numbers that the AnomalousNet paper prints, as many as its table has columns.
struct PrintedRow {
  std::string name;  ///< `1`, `average`, `video`
  std::vector<double> values;
  std::string model;  ///< of an experiment: `multi_state`, …; else empty
};

/// A table of the paper, or what it says of a figure: `evaluation/paper/NAME.toml`.
struct PublishedTable {
  std::string title, source;
  std::vector<std::string> columns;  ///< `mae_alpha`, …
  std::vector<PrintedRow> rows;

  /// None where there is no such row.
  const PrintedRow* find(std::string_view row) const;
  bool has(std::string_view row) const { return find(row) != nullptr; }
  /// The model of a row; empty where there is none.
  std::string model(std::string_view row) const;
  /// Numbers of a row in the order of `wanted`; NaN where there are none.
  std::vector<double> values(std::string_view row, const std::vector<std::string>& wanted) const;
};

/// `table_1` to `table_4`, `figure_8`.
const PublishedTable& published_table(std::string_view name);

/// Scores of the challenge's nine experiments, `1` to `9`, and their `average`: table 3 for track 1, table 4 for track
/// 2; without rows for other tracks.
const PublishedTable& published_scores(int track);

}  // namespace an::report
