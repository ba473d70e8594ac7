// SPDX-License-Identifier: MIT
#include "report/published_scores.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "report/published_tables.hpp"

namespace an::report {

namespace {

std::vector<PublishedRow> scores_in(const PublishedTable& table) {
  std::vector<PublishedRow> rows;
  for (const PrintedRow& row : table.rows) {
    PublishedRow& published = rows.emplace_back();
    published.experiment = row.name == "average" ? 0 : std::stoi(row.name);
    const std::vector<double> scores =
        table.values(row.name, {"rmse_cp", "jsc_cp", "mae_alpha", "msle_k", "f1_state", "w1_alpha", "w1_k"});
    std::copy(scores.begin(), scores.end(), published.scores.begin());
  }
  return rows;
}

}  // namespace

std::span<const PublishedRow> published_scores(int track) {
  static const std::vector<PublishedRow> table_3 = scores_in(published_table("table_3"));
  static const std::vector<PublishedRow> table_4 = scores_in(published_table("table_4"));
  if (track == 1) return table_3;
  if (track == 2) return table_4;
  return {};
}

}  // namespace an::report
