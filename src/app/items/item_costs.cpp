// SPDX-License-Identifier: MIT
#include "app/items/item_costs.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/number_text.hpp"
#include "io/atomic_file.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"

namespace an::app {

namespace fs = std::filesystem;
using parallel::no_item;

namespace {

constexpr std::string_view header = "stage,item,after,rank,expected,seconds";

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t end = line.find(','); end != std::string_view::npos; end = line.find(',')) {
    cells.push_back(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  cells.push_back(line);
  return cells;
}

// Adds a line to the stages. \returns whether it is as it should be
bool add_line(std::string_view line, std::vector<StageCosts>& stages) {
  const std::vector<std::string_view> cells = cells_of(line);
  if (cells.size() != 6 || cells[0].empty()) return false;
  const auto after = cells[2].empty() ? std::optional(no_item) : number_of<std::size_t>(cells[2]);
  const auto rank = number_of<std::int64_t>(cells[3]);
  const auto expected = number_of<double>(cells[4]);
  const auto seconds = number_of<double>(cells[5]);
  if (!number_of<std::size_t>(cells[1]) || !after || !rank || !expected || !seconds) return false;
  if (!(*expected >= 0 && std::isfinite(*expected) && *seconds >= 0 && std::isfinite(*seconds))) return false;
  if (stages.empty() || stages.back().stage != cells[0]) stages.push_back({std::string(cells[0]), {}, {}});
  StageCosts& stage = stages.back();
  if (*after != no_item && *after >= stage.rank.size()) return false;
  stage.items.expected.push_back(*expected);
  stage.items.seconds.push_back(*seconds);
  stage.items.after.push_back(*after);
  stage.rank.push_back(*rank);
  return true;
}

}  // namespace

StageCosts stage_costs(const std::string& stage, const ItemOutcome& outcome) {
  StageCosts costs{stage, {}, {}};
  std::vector<std::size_t> place(outcome.expected.size(), no_item);
  for (std::size_t item = 0; item < place.size(); ++item) {
    if (outcome.seconds[item] < 0) continue;
    place[item] = costs.rank.size();
    costs.items.expected.push_back(outcome.expected[item]);
    costs.items.seconds.push_back(outcome.seconds[item]);
    const std::size_t before = outcome.after.empty() ? no_item : outcome.after[item];
    costs.items.after.push_back(before == no_item ? no_item : place[before]);
    costs.rank.push_back(outcome.owner[item]);
  }
  return costs;
}

void write_item_costs(const fs::path& file, std::span<const StageCosts> stages) {
  std::string text = fmt::format("{}\n", header);
  for (const StageCosts& stage : stages)
    for (std::size_t item = 0; item < stage.rank.size(); ++item) {
      const std::size_t after = stage.items.after[item];
      text += fmt::format("{},{},{},{},{},{:.9f}\n", stage.stage, item, after == no_item ? "" : std::to_string(after),
                          stage.rank[item], shortest_text(stage.items.expected[item]), stage.items.seconds[item]);
    }
  io::write_file_atomically(file, text);
}

std::vector<StageCosts> read_item_costs(const fs::path& file) {
  const std::string text = io::read_text_file(file);
  std::string_view rest = text;
  std::vector<StageCosts> stages;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = io::take_line(rest);
    if (number == 1 ? line != header : !add_line(line, stages))
      throw InputError({{file, number, 0, fmt::format("'{}' (expected {})", line, header)}});
  }
  if (stages.empty()) throw InputError(file, "holds no costs of items");
  return stages;
}

}  // namespace an::app
