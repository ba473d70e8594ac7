// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "report/json_text.hpp"
#include "report/table.hpp"

namespace an::report {

/// Which values of a column are the better ones.
enum class Better { smaller, larger, neither };

struct ComparisonColumn {
  std::string name;     ///< as machines read it: `mae_alpha`
  std::string heading;  ///< as people do: `MAE alpha`
  Better better = Better::smaller;
  int decimals = 3;
};

/// A value and its interval; NaN where there is none.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();

  bool has_interval() const { return low <= high; }
};

/// How an estimate stands to a published value.
enum class Verdict {
  unknown,  ///< there is nothing to compare, or no interval
  better,   ///< the whole interval lies on the better side
  alike,
  worse
};
Verdict verdict_of(const Estimate& ours, double published, Better better);

/// Our values of one kind (a method's), a column each.
struct ComparedRow {
  std::string name;
  std::vector<Estimate> values;
};

/// What is compared: the published values (NaN where there are none) and ours.
struct ComparisonBlock {
  std::string name;  ///< `1`, `average`
  std::vector<double> published;
  std::vector<ComparedRow> ours;
};

/// A table of ours beside that of a paper.
struct ComparisonTable {
  std::string name;     ///< of its files: `table_3`
  std::string title;    ///< what it shows
  std::string source;   ///< where the published values are from
  std::string heading;  ///< of the blocks' names: `experiment`
  std::vector<ComparisonColumn> columns;
  std::vector<ComparisonBlock> blocks;
  std::vector<std::string> notes;  ///< a sentence each
};

/// For people: of each block a line with the published values, and a line with ours, marked (+) where they are
/// significantly better and (-) where worse, above one with their intervals. \param confidence of the intervals
Table shown_table(const ComparisonTable& table, double confidence);

/// `95 % interval`. \param confidence in (0, 1)
std::string interval_name(double confidence);

/// For machines: a line a value, with its interval, the published one and the verdict.
std::string comparison_csv(const ComparisonTable& table);

Json comparison_json(const ComparisonTable& table);
/// \throws Json::exception, UnexpectedJson where it is not what comparison_json made
ComparisonTable comparison_of(const Json& json);

}  // namespace an::report
