// SPDX-License-Identifier: MIT
#include "report/published_tables.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>
#include <map>

#include "core/error.hpp"
#include "published_texts.hpp"

namespace an::report {

namespace {

PublishedTable parsed(std::string_view text) {
  const toml::table file = toml::parse(text);
  PublishedTable table{file["title"].value_or(std::string()), file["source"].value_or(std::string()), {}, {}};
  for (const toml::node& column : *file["columns"].as_array()) table.columns.push_back(*column.value<std::string>());
  for (const toml::node& node : *file["rows"].as_array()) {
    const toml::table& row = *node.as_table();
    PrintedRow& published = table.rows.emplace_back(
        PrintedRow{row["name"].value_or(std::string()), {}, row["model"].value_or(std::string())});
    for (const toml::node& value : *row["values"].as_array()) published.values.push_back(*value.value<double>());
    AN_ASSERT(published.values.size() == table.columns.size());
  }
  return table;
}

}  // namespace

const PrintedRow* PublishedTable::find(std::string_view row) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const PrintedRow& r) { return r.name == row; });
  return found == rows.end() ? nullptr : &*found;
}

std::string PublishedTable::model(std::string_view row) const {
  const PrintedRow* const found = find(row);
  return found == nullptr ? "" : found->model;
}

std::vector<double> PublishedTable::values(std::string_view row, const std::vector<std::string>& wanted) const {
  std::vector<double> numbers(wanted.size(), std::numeric_limits<double>::quiet_NaN());
  const PrintedRow* const found = find(row);
  if (found == nullptr) return numbers;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto column = std::find(columns.begin(), columns.end(), wanted[i]);
    if (column != columns.end()) numbers[i] = found->values[static_cast<std::size_t>(column - columns.begin())];
  }
  return numbers;
}

const PublishedTable& published_table(std::string_view name) {
  static const std::map<std::string_view, PublishedTable> tables{{"table_1", parsed(embedded::table_1)},
                                                                 {"table_2", parsed(embedded::table_2)},
                                                                 {"table_3", parsed(embedded::table_3)},
                                                                 {"table_4", parsed(embedded::table_4)},
                                                                 {"figure_8", parsed(embedded::figure_8)}};
  const auto found = tables.find(name);
  AN_ASSERT(found != tables.end());
  return found->second;
}

const PublishedTable& published_scores(int track) {
  static const PublishedTable none{};
  if (track != 1 && track != 2) return none;
  return published_table(track == 1 ? "table_3" : "table_4");
}

}  // namespace an::report
