// SPDX-License-Identifier: MIT
#include "report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/number_text.hpp"

namespace an::report {

namespace {

constexpr std::array<const char*, 3> better_names{"smaller", "larger", "neither"};
constexpr std::array<const char*, 4> verdict_names{"", "better", "alike", "worse"};
constexpr std::array<const char*, 4> verdict_marks{"", " (+)", "", " (-)"};

std::string number_text(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

bool all_unknown(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

TableCell cell_of(std::string text, bool bold = false) {
  TableCell cell;
  cell.text = std::move(text);
  cell.bold = bold;
  return cell;
}

std::string interval_text(const Estimate& e, int decimals) {
  return e.has_interval() ? fmt::format("[{}, {}]", number_text(e.low, decimals), number_text(e.high, decimals)) : "";
}

void add_block(const ComparisonTable& from, const ComparisonBlock& block, const std::string& interval, Table& table) {
  const std::size_t columns = from.columns.size();
  AN_ASSERT(block.published.size() == columns);
  std::string name = block.name;  // in the block's first line only
  std::vector<TableCell> cells;
  const auto begin_row = [&](const std::string& kind) { cells = {cell_of(std::exchange(name, "")), cell_of(kind)}; };
  if (!all_unknown(block.published)) {
    begin_row("published");
    for (std::size_t c = 0; c < columns; ++c)
      cells.push_back(cell_of(number_text(block.published[c], from.columns[c].decimals)));
    table.rows.push_back(cells);
  }
  for (const ComparedRow& row : block.ours) {
    AN_ASSERT(row.values.size() == columns);
    begin_row(row.name);
    for (std::size_t c = 0; c < columns; ++c) {
      const Verdict verdict = verdict_of(row.values[c], block.published[c], from.columns[c].better);
      cells.push_back(cell_of(
          number_text(row.values[c].value, from.columns[c].decimals) + verdict_marks[static_cast<std::size_t>(verdict)],
          verdict == Verdict::better));
    }
    table.rows.push_back(cells);
    if (std::none_of(row.values.begin(), row.values.end(), [](const Estimate& e) { return e.has_interval(); }))
      continue;
    begin_row(interval);
    for (std::size_t c = 0; c < columns; ++c)
      cells.push_back(cell_of(interval_text(row.values[c], from.columns[c].decimals)));
    table.rows.push_back(cells);
  }
}

std::string csv_number(double value) { return std::isnan(value) ? "" : shortest_text(value); }

template <class Names>
std::size_t place_of(const Names& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<std::size_t>(found - names.begin()) % names.size();
}

Json values_json(const std::vector<Estimate>& values) {
  Json json = Json::array();
  for (const Estimate& e : values) json.push_back({e.value, e.low, e.high});
  return json;
}

std::vector<double> numbers_of(const Json& json) {
  std::vector<double> numbers;
  for (const Json& value : json) numbers.push_back(number_of(value));
  return numbers;
}

ComparisonBlock block_of(const Json& json, std::size_t columns) {
  ComparisonBlock block{json.at("name").get<std::string>(), numbers_of(json.at("published")), {}};
  const auto check = [&](std::size_t values) {
    if (values != columns) throw UnexpectedJson(fmt::format("{} values in {} columns", values, columns));
  };
  check(block.published.size());
  for (const Json& row : json.at("ours")) {
    ComparedRow& ours = block.ours.emplace_back(ComparedRow{row.at("name").get<std::string>(), {}});
    check(row.at("values").size());
    for (const Json& value : row.at("values")) {
      const std::vector<double> numbers = numbers_of(value);
      if (numbers.size() != 3) throw UnexpectedJson("expected a value and the ends of its interval");
      ours.values.push_back({numbers[0], numbers[1], numbers[2]});
    }
  }
  return block;
}

}  // namespace

Verdict verdict_of(const Estimate& ours, double published, Better better) {
  if (std::isnan(published) || better == Better::neither || !(ours.low < ours.high)) return Verdict::unknown;
  if (ours.low > published) return better == Better::larger ? Verdict::better : Verdict::worse;
  if (ours.high < published) return better == Better::larger ? Verdict::worse : Verdict::better;
  return Verdict::alike;
}

std::string interval_name(double confidence) { return fmt::format("{:.10g} % interval", 100 * confidence); }

Table shown_table(const ComparisonTable& table, double confidence) {
  Table shown;
  shown.name = table.name;
  shown.title = table.title;
  shown.header = {table.heading, ""};
  for (const ComparisonColumn& column : table.columns) shown.header.push_back(column.heading);
  for (const ComparisonBlock& block : table.blocks) add_block(table, block, interval_name(confidence), shown);
  return shown;
}

std::string comparison_csv(const ComparisonTable& table) {
  std::string text = fmt::format("{},method,metric,value,low,high,published,verdict\n", table.heading);
  for (const ComparisonBlock& block : table.blocks)
    for (const ComparedRow& row : block.ours)
      for (std::size_t c = 0; c < table.columns.size(); ++c) {
        const Estimate& e = row.values[c];
        if (std::isnan(e.value) && std::isnan(block.published[c])) continue;
        const Verdict verdict = verdict_of(e, block.published[c], table.columns[c].better);
        text += fmt::format("{},{},{},{},{},{},{},{}\n", block.name, row.name, table.columns[c].name,
                            csv_number(e.value), csv_number(e.low), csv_number(e.high), csv_number(block.published[c]),
                            verdict_names[static_cast<std::size_t>(verdict)]);
      }
  return text;
}

Json comparison_json(const ComparisonTable& table) {
  Json columns = Json::array(), blocks = Json::array();
  for (const ComparisonColumn& c : table.columns)
    columns.push_back({{"name", c.name},
                       {"heading", c.heading},
                       {"better", better_names[static_cast<std::size_t>(c.better)]},
                       {"decimals", c.decimals}});
  for (const ComparisonBlock& block : table.blocks) {
    Json rows = Json::array();
    for (const ComparedRow& row : block.ours) rows.push_back({{"name", row.name}, {"values", values_json(row.values)}});
    blocks.push_back({{"name", block.name}, {"published", block.published}, {"ours", std::move(rows)}});
  }
  return {{"name", table.name}, {"title", table.title}, {"source", table.source}, {"heading", table.heading},
          {"columns", columns}, {"blocks", blocks},     {"notes", table.notes}};
}

ComparisonTable comparison_of(const Json& json) {
  constexpr std::int64_t most_decimals = 17;
  ComparisonTable table;
  json.at("name").get_to(table.name);
  json.at("title").get_to(table.title);
  json.at("source").get_to(table.source);
  json.at("heading").get_to(table.heading);
  for (const Json& c : json.at("columns"))
    table.columns.push_back({c.at("name").get<std::string>(), c.at("heading").get<std::string>(),
                             static_cast<Better>(place_of(better_names, c.at("better").get<std::string>())),
                             static_cast<int>(std::min<std::int64_t>(count_of(c.at("decimals")), most_decimals))});
  for (const Json& block : json.at("blocks")) table.blocks.push_back(block_of(block, table.columns.size()));
  json.at("notes").get_to(table.notes);
  return table;
}

}  // namespace an::report
