// SPDX-License-Identifier: MIT
#include "app/scaling/scaling_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "io/atomic_file.hpp"
#include "report/line_chart.hpp"
#include "report/text_table.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::ScalingRow;
using report::ScalingTable;

namespace {

constexpr const char* words =
    "Seconds: median and range of the runs. Speed-up and efficiency: against the row of fewest cores. Serial: the\n"
    "share of serial work that would explain the whole loss (strong: Karp and Flatt; weak: Gustafson). In items: "
    "share\n"
    "of the ranks' time spent in work items; the rest is waiting, planning, collecting.\n";

report::TextTable table_of(std::span<const ScalingTable> tables, bool weak) {
  report::TextTable table({weak ? "Weak scaling" : "Strong scaling", "items", "ranks", "threads", "runs", "seconds",
                           "range", "speed-up", "efficiency", "serial", "in items"});
  for (const ScalingTable& part : tables) {
    if (part.weak != weak) continue;
    table.add_rule();
    for (const ScalingRow& row : part.rows)
      table.add_row({{part.stage},
                     {std::to_string(row.items)},
                     {std::to_string(row.ranks)},
                     {std::to_string(row.threads)},
                     {std::to_string(row.runs)},
                     {fmt::format("{:.3f}", row.seconds)},
                     {fmt::format("{:.3f}-{:.3f}", row.least, row.most)},
                     {fmt::format("{:.2f}", row.speed_up)},
                     {fmt::format("{:.3f}", row.efficiency)},
                     {report::score_text(row.serial_fraction)},
                     {report::score_text(row.working)}});
  }
  return table;
}

std::string csv_of(std::span<const ScalingTable> tables) {
  std::string text =
      "kind,stage,items,ranks,threads,runs,seconds,least,most,speed_up,efficiency,serial_fraction,working\n";
  for (const ScalingTable& table : tables)
    for (const ScalingRow& row : table.rows) {
      text += fmt::format("{},{},{},{},{},{}", table.weak ? "weak" : "strong", table.stage, row.items, row.ranks,
                          row.threads, row.runs);
      for (const double value :
           {row.seconds, row.least, row.most, row.speed_up, row.efficiency, row.serial_fraction, row.working}) {
        text += ',';
        append_shortest(text, value);
      }
      text += '\n';
    }
  return text;
}

report::LineChart chart_of(std::span<const ScalingTable> tables, bool weak) {
  report::LineChart chart{"cores (ranks x threads)", weak ? "efficiency" : "speed-up", 1, !weak, {}};
  for (const ScalingTable& table : tables) {
    if (table.weak != weak) continue;
    report::ChartLine line{
        fmt::format("{}, {} items{}", table.stage, table.rows.front().items, weak ? " at first" : ""), {}};
    const auto first = static_cast<double>(table.rows.front().ranks * table.rows.front().threads);
    for (const ScalingRow& row : table.rows) {
      const auto cores = static_cast<double>(row.ranks * row.threads);
      line.points.emplace_back(cores, weak ? row.efficiency : row.speed_up * first);
      chart.highest = std::max({chart.highest, line.points.back().second, weak ? 0 : cores});
    }
    chart.lines.push_back(std::move(line));
  }
  return chart;
}

}  // namespace

std::string write_scaling_tables(const fs::path& output, const std::string& heading,
                                 std::span<const ScalingTable> tables) {
  std::string text = heading;
  text += words;
  std::string markdown = fmt::format("# Scaling\n\n{}{}", heading, words);
  for (const bool weak : {false, true}) {
    if (std::none_of(tables.begin(), tables.end(), [&](const ScalingTable& table) { return table.weak == weak; }))
      continue;
    const report::TextTable table = table_of(tables, weak);
    text += fmt::format("\n{}", table.text(false));
    markdown += fmt::format("\n{}", table.markdown());
    io::write_file_atomically(output / (weak ? "weak.svg" : "strong.svg"),
                              report::line_chart_svg(chart_of(tables, weak)));
  }
  io::write_file_atomically(output / "scaling.txt", text);
  io::write_file_atomically(output / "scaling.md", markdown);
  io::write_file_atomically(output / "scaling.csv", csv_of(tables));
  return text;
}

}  // namespace an::app
