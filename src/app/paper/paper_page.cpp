// SPDX-License-Identifier: MIT
#include "app/paper/paper_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/items/json_file.hpp"
#include "app/paper/paper_plan.hpp"
#include "app/program_info.hpp"
#include "io/atomic_file.hpp"
#include "report/charts.hpp"
#include "report/comparison.hpp"
#include "report/html_page.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::ComparisonTable;
using report::Json;

namespace {

std::string about_marks(double confidence) {
  return fmt::format(
      "(+) marks what is significantly better than the published value, (-) what is worse: all of the {} lies on that "
      "side of it. Where all draws give the same value there is no mark.",
      report::interval_name(confidence));
}

report::Axis axis_of(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("low").get<double>(), json.at("high").get<double>(),
          json.at("logarithmic").get<bool>()};
}

std::string bars_svg(const Json& figure, const ComparisonTable& table) {
  const auto column = static_cast<std::size_t>(
      std::find_if(table.columns.begin(), table.columns.end(),
                   [&](const auto& c) { return c.name == figure.at("column").get<std::string>(); }) -
      table.columns.begin());
  if (column == table.columns.size()) throw report::UnexpectedJson("a figure of a column that its table lacks");
  report::BarChart chart;
  figure.at("title").get_to(chart.title);
  figure.at("value").get_to(chart.value_name);
  for (const report::ComparisonBlock& block : table.blocks) {
    chart.groups.push_back(block.name);
    for (const report::ComparedRow& row : block.ours) {
      const auto at = std::find(chart.series.begin(), chart.series.end(), row.name);
      const auto series = static_cast<std::size_t>(at - chart.series.begin());
      if (at == chart.series.end()) {
        chart.series.push_back(row.name);
        chart.values.emplace_back();
      }
      chart.values[series].resize(chart.groups.size() - 1);
      chart.values[series].push_back(row.values[column]);
    }
  }
  for (auto& series : chart.values) series.resize(chart.groups.size());
  for (const Json& line : figure.at("lines"))
    chart.lines.push_back({line.at("name").get<std::string>(), line.at("value").get<double>()});
  return bar_chart_svg(chart);
}

std::string figure_svg(const Json& figure, const std::map<std::string, ComparisonTable>& tables) {
  const auto kind = figure.at("kind").get<std::string>();
  if (kind == "bars") {
    const auto table = tables.find(figure.at("table").get<std::string>());
    if (table == tables.end()) throw report::UnexpectedJson("a figure of a table that is not there");
    return bars_svg(figure, table->second);
  }
  if (kind == "confusion") return report::confusion_svg(report::state_counts_of(figure.at("counts")));
  if (kind == "heat_map") {
    report::HeatMap map(axis_of(figure.at("axis")));
    map.add(report::counts_of(figure.at("counts"), map.counts().size()));
    return map.svg("frames");
  }
  std::vector<report::Density> densities;
  for (const Json& density : figure.at("densities"))
    densities.push_back({density.at("name").get<std::string>(), density.at("share").get<std::vector<double>>()});
  return density_svg(axis_of(figure.at("axis")), densities);
}

// The words below a table.
std::vector<std::string> words_of(const ComparisonTable& table, double confidence) {
  std::vector<std::string> words;
  if (!table.source.empty()) words.push_back(fmt::format("Published: {}. {}", table.source, about_marks(confidence)));
  words.insert(words.end(), table.notes.begin(), table.notes.end());
  return words;
}

std::string write_table(const fs::path& folder, const ComparisonTable& table, double confidence) {
  const report::Table shown = shown_table(table, confidence);
  std::string words, comments;
  for (const std::string& line : words_of(table, confidence)) {
    words += line + "\n\n";
    comments += "% " + line + "\n";
  }
  const std::string text = table_text(shown) + "\n" + words;
  const auto write = [&](const char* ending, const std::string& content) {
    io::write_file_atomically(folder / (table.name + ending), content);
  };
  write(".txt", text);
  write(".csv", comparison_csv(table));
  write(".md", table_markdown(shown) + "\n" + words);
  write(".tex", comments + table_latex(shown));
  return text;
}

void show_table(report::HtmlPage& page, const ComparisonTable& table, double confidence) {
  page.table(shown_table(table, confidence));
  for (const std::string& line : words_of(table, confidence)) page.paragraph(line);
}

std::string heading_of(const std::string& item) {
  std::string heading = item;
  heading[0] = static_cast<char>(heading[0] - 'a' + 'A');
  heading[heading.find('_')] = ' ';
  return heading;
}

std::string settings_text(const Json& paper) {
  const Json& config = paper.at("config");
  return fmt::format(
      "anomalousnet {} ({}), seed {}. Benchmark: {} fields of view of each experiment (the paper: 30); validation: {} "
      "experiments a model (11); frames: {} experiments a model of 5 fields of view (100); training data: {} "
      "experiments a model of 5 fields of view (4050).",
      paper.at("program").at("version").get<std::string>(),
      short_commit(paper.at("program").at("git").get<std::string>()), config.at("seed").dump(),
      config.at("benchmark").is_null() ? config.at("benchmark_fovs").dump() : "given data, its own number of",
      report::index_of(config.at("validation_experiments")), report::index_of(config.at("frame_experiments")),
      report::index_of(config.at("training_experiments")));
}

// Those of an earlier run of other methods must not look like a part of this one.
void remove_items(const fs::path& folder) {
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder))
    for (const char* kind : {"table_", "figure_"})
      if (entry.is_regular_file() && entry.path().filename().string().starts_with(kind)) old.push_back(entry.path());
  for (const fs::path& file : old) fs::remove(file);
}

std::string write_pages(const fs::path& folder, const Json& paper) {
  report::HtmlPage page("The AnomalousNet paper's tables and figures, made anew");
  page.paragraph(settings_text(paper));
  const auto confidence = paper.at("config").at("score").at("confidence").get<double>();
  std::map<std::string, ComparisonTable> tables;
  for (const Json& table : paper.at("tables"))
    tables[table.at("name").get<std::string>()] = report::comparison_of(table);
  remove_items(folder);
  std::string text;
  for (const std::string& item : paper_items()) {
    const auto table = tables.find(item);
    std::vector<const Json*> figures;
    for (const Json& figure : paper.at("figures")) {
      const std::string name = report::name_of(figure.at("name"), "figure");
      if (name == item || name.starts_with(item + "_")) figures.push_back(&figure);
    }
    if (table == tables.end() && figures.empty()) continue;
    page.heading(heading_of(item) + (table == tables.end() ? "" : ": " + table->second.title));
    for (const Json* figure : figures) {
      const std::string svg = figure_svg(*figure, tables);
      io::write_file_atomically(folder / (figure->at("name").get<std::string>() + ".svg"), svg);
      page.figure(svg, figure->at("title").get<std::string>());
    }
    if (table == tables.end()) continue;
    const std::string written = write_table(folder, table->second, confidence);
    if (item.starts_with("table")) text += written;
    show_table(page, table->second, confidence);
  }
  io::write_file_atomically(folder / "index.html", page.finish());
  return text;
}

}  // namespace

std::string write_paper_pages(const fs::path& folder) {
  return use_json(folder / "paper.json", [&](const Json& paper) { return write_pages(folder, paper); });
}

}  // namespace an::app
