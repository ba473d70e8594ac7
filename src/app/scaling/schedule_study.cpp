// SPDX-License-Identifier: MIT
#include "app/scaling/schedule_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/number_text.hpp"
#include "io/atomic_file.hpp"
#include "parallel/schedule_simulator.hpp"
#include "report/line_chart.hpp"
#include "report/text_table.hpp"

namespace an::app {

namespace fs = std::filesystem;
using parallel::ScheduledItems;

namespace {

// Pieces are at most a twentieth of what a rank has to do; a field of view has hardly more trajectories than the most.
constexpr double pieces_a_rank = 20;
constexpr std::size_t most_pieces = 32;

ScheduleRow row_of(const ScheduledItems& items, std::size_t ranks, const parallel::CounterCost& counter) {
  const auto efficiency = [&](const ScheduledItems& list, const std::vector<std::size_t>& order) {
    return simulate_schedule(list, order, ranks, counter).efficiency();
  };
  const parallel::SimulatedSchedule ours =
      simulate_schedule(items, parallel::hand_out_order(items.expected, items.after), ranks, counter);
  std::vector<std::size_t> numbers(items.seconds.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  const double expected = std::accumulate(items.expected.begin(), items.expected.end(), 0.0);
  const ScheduledItems pieces = split(items, expected / (pieces_a_rank * static_cast<double>(ranks)), most_pieces);
  return {ranks,
          ours.seconds,
          ours.efficiency(),
          efficiency(items, parallel::hand_out_order(items.seconds, items.after)),
          efficiency(items, numbers),
          efficiency(pieces, parallel::hand_out_order(pieces.expected, pieces.after)),
          ours.working / (static_cast<double>(ranks) * shortest_seconds(items, ranks))};
}

std::string heading_of(const ScheduleQuestion& question) {
  return fmt::format(
      "Simulated schedules of {} items drawn from measured ones, handed out as the program does. The shared counter\n"
      "answers one rank in {:.3g} µs and many ranks every {:.3g} µs.\n"
      "Efficiency: most expensive first by expected cost (as it is); by true cost; in the order of numbers; with "
      "fields\n"
      "of view cut into pieces, at no cost; and the limit that no order can pass. Reading and writing at once, "
      "planning\n"
      "and collecting are not part of it.\n",
      question.items, 1e6 * question.counter.answer_seconds, 1e6 * question.counter.busy_seconds);
}

report::TextTable table_of(const StageSchedules& stage) {
  report::TextTable table({fmt::format("{}: ranks", stage.stage), "seconds", "as it is", "true costs", "unsorted",
                           "cut into pieces", "limit"});
  for (const ScheduleRow& row : stage.rows) {
    std::vector<report::Cell> cells{{std::to_string(row.ranks)}, {fmt::format("{:.2f}", row.seconds)}};
    for (const double value : {row.efficiency, row.known, row.unsorted, row.split, row.limit})
      cells.push_back({fmt::format("{:.3f}", value)});
    table.add_row(std::move(cells));
  }
  return table;
}

// Up to how many ranks nearly all of the time is work.
std::string verdict_of(const StageSchedules& stage) {
  constexpr double wanted = 0.95;
  std::size_t enough = 0;
  for (const ScheduleRow& row : stage.rows) {
    if (row.efficiency < wanted) break;
    enough = row.ranks;
  }
  return fmt::format(
      "{}: {} measured items, mean {:.4f} s, longest {:.4f} s; at least {:.0f} % efficient up to {} ranks.\n",
      stage.stage, stage.measured, stage.mean, stage.longest, 100 * wanted, enough);
}

}  // namespace

std::vector<StageSchedules> study_schedules(std::span<const StageCosts> measured, const ScheduleQuestion& question) {
  std::vector<StageSchedules> stages;
  for (const StageCosts& costs : measured) {
    const std::vector<double>& seconds = costs.items.seconds;
    const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    StageSchedules stage{costs.stage,
                         seconds.size(),
                         sum / static_cast<double>(seconds.size()),
                         *std::max_element(seconds.begin(), seconds.end()),
                         {}};
    Random random({1, 0, 0, 0, RandomStream::schedule});
    const ScheduledItems items = resampled(costs.items, question.items, random);
    for (std::size_t ranks = 1; ranks < question.ranks; ranks *= 4)
      stage.rows.push_back(row_of(items, ranks, question.counter));
    stage.rows.push_back(row_of(items, question.ranks, question.counter));
    stages.push_back(std::move(stage));
  }
  return stages;
}

std::string write_schedules(const fs::path& output, const ScheduleQuestion& question,
                            std::span<const StageSchedules> stages) {
  std::string text = heading_of(question);
  std::string markdown = fmt::format("# Schedules\n\n{}", text);
  std::string csv = "stage,ranks,items,seconds,efficiency,known,unsorted,split,limit\n";
  report::LineChart chart{"ranks", "efficiency", 1, false, {}};
  for (const StageSchedules& stage : stages) {
    const report::TextTable table = table_of(stage);
    text += fmt::format("\n{}{}", table.text(false), verdict_of(stage));
    markdown += fmt::format("\n{}\n{}", table.markdown(), verdict_of(stage));
    report::ChartLine line{stage.stage, {}}, cut{stage.stage + ", cut into pieces", {}};
    for (const ScheduleRow& row : stage.rows) {
      csv += fmt::format("{},{},{}", stage.stage, row.ranks, question.items);
      for (const double value : {row.seconds, row.efficiency, row.known, row.unsorted, row.split, row.limit}) {
        csv += ',';
        append_shortest(csv, value);
      }
      csv += '\n';
      line.points.emplace_back(static_cast<double>(row.ranks), row.efficiency);
      cut.points.emplace_back(static_cast<double>(row.ranks), row.split);
    }
    chart.lines.push_back(std::move(line));
    chart.lines.push_back(std::move(cut));
  }
  io::write_file_atomically(output / "schedule.txt", text);
  io::write_file_atomically(output / "schedule.md", markdown);
  io::write_file_atomically(output / "schedule.csv", csv);
  io::write_file_atomically(output / "schedule.svg", report::line_chart_svg(chart));
  return text;
}

}  // namespace an::app
