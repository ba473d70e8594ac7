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
};

/// A table of the paper, or what it says of a figure: `evaluation/paper/NAME.toml`.
struct PublishedTable {
  std::string title, source;
  std::vector<std::string> columns;  ///< `mae_alpha`, …
  std::vector<PrintedRow> rows;

  /// Numbers of a row in the order of `wanted`; NaN where there are none.
  std::vector<double> values(std::string_view row, const std::vector<std::string>& wanted) const;
};

/// `table_1` to `table_4`, `figure_8`.
const PublishedTable& published_table(std::string_view name);

}  // namespace an::report
