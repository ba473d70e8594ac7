// SPDX-License-Identifier: MIT
#include "app/score/submission_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/bounds.hpp"
#include "core/number_text.hpp"
#include "evaluation/segment_pairing.hpp"
#include "evaluation/segment_property_metrics.hpp"
#include "io/ensemble_file.hpp"
#include "io/label_file.hpp"
#include "io/trajectory_csv.hpp"
#include "io/video_reader.hpp"
#include "io/vip_file.hpp"
#include "tracking/vip_matching.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

class LabelCheck {
 public:
  explicit LabelCheck(const fs::path& path) : path_(path) {}

  std::vector<InputProblem> run(const KnownFov& known) {
    const io::LabelFile file = io::read_labels(path_);
    for (const io::LineProblem& problem : file.problems)
      report(problem.line, problem.column, problem.what + (problem.fatal ? " (the official scorer stops here)" : ""));
    for (std::size_t row = 0; row < file.table.size(); ++row) check_row(file.table[row], file.table.line(row));
    check_indices(file.table, known.vips_only || known.trajectories);
    if (file.table.empty() && file.problems.empty() && !known.trajectories && !known.vips)
      report(0, 0, "no trajectories (those of the reference would count as missing)");
    if (known.trajectories) compare(file.table, *known.trajectories, known.vips_only);
    if (known.vips_only && known.vips) compare_vips(file.table, *known.vips);
    return std::move(problems_);
  }

 private:
  void report(std::size_t line, std::size_t column, std::string what) {
    problems_.push_back({path_, line, column, std::move(what)});
  }

  void check_row(const LabelRow& row, std::size_t line) {
    const std::string index = plain_text(row.index());
    if (row.change_points() == 0)
      return report(line, 0, fmt::format("trajectory {}: no length at the end (it would count as missing)", index));
    if (row.fields().size() % 4 == 0)
      report(line, 0,
             fmt::format("trajectory {}: no length at the end (the last change point would be taken for it)", index));
    for (std::size_t i = 0; i < row.segments(); ++i) check_segment(row, i, line, index);
    check_change_points(row, line, index);
  }

  void check_segment(const LabelRow& row, std::size_t i, std::size_t line, const std::string& index) {
    const auto bad = [&](const char* name, double value, const char* expected) {
      report(line, 0,
             fmt::format("trajectory {}, segment {}: {} is {} (expected {})", index, i + 1, name, plain_text(value),
                         expected));
    };
    if (!(row.k(i) >= 0 && row.k(i) <= k_bounds.high)) bad("K", row.k(i), "0 to 1e6");
    if (!(row.alpha(i) >= 0 && row.alpha(i) <= 2))
      bad("alpha", row.alpha(i), "0 to 2; outside of it an error of 2 is counted");
    const double state = row.state(i);
    if (!(state >= 0 && state <= 3 && state == std::floor(state)))
      bad("state", state, "0 immobile, 1 confined, 2 free or 3 directed");
  }

  void check_change_points(const LabelRow& row, std::size_t line, const std::string& index) {
    double previous = 0;
    for (std::size_t i = 0; i < row.change_points(); ++i) {
      const double cp = row.change_point(i);
      const char* name = i + 1 == row.change_points() ? "length" : "change point";
      if (cp != std::floor(cp) || !std::isfinite(cp))
        report(line, 0, fmt::format("trajectory {}: {} {} is no whole number", index, name, plain_text(cp)));
      else if (cp <= previous)
        report(line, 0,
               fmt::format("trajectory {}: {} {} is not above {} (expected ascending frames, the length last)", index,
                           name, plain_text(cp), plain_text(previous)));
      previous = cp;
    }
  }

  // \param any whether the last index need not be that of as many trajectories
  void check_indices(const LabelTable& table, bool any) {
    std::set<double> seen;
    for (std::size_t row = 0; row < table.size(); ++row) {
      const double index = table[row].index();
      if (!(index >= 0 && index == std::floor(index)))
        report(table.line(row), 1, fmt::format("index {} (expected a whole number from 0 on)", plain_text(index)));
      else if (!seen.insert(index).second)
        report(table.line(row), 1,
               fmt::format("index {} appears again (only one of its lines would count)", plain_text(index)));
    }
    const auto count = static_cast<double>(seen.size());
    if (!any && !seen.empty() && *seen.rbegin() != count - 1)
      report(0, 0,
             fmt::format("{} trajectories, but the last index is {} (expected {}: the official scorer counts on from "
                         "the last index, "
                         "so that all fields of view that follow are misaligned if it is not the reference's)",
                         seen.size(), plain_text(*seen.rbegin()), plain_text(count - 1)));
  }

  void compare(const LabelTable& table, const fs::path& csv, bool vips_only) {
    std::vector<io::CsvTrajectory> trajectories;
    try {
      trajectories = io::read_trajectories(csv, io::FrameRule::ascending);
    } catch (const InputError& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
      return;
    }
    std::map<double, double> length_of;
    for (const auto& t : trajectories) length_of[static_cast<double>(t.index)] = static_cast<double>(t.x.size());
    std::vector<InputProblem> wrong_lengths;
    std::set<double> listed;
    for (std::size_t row = 0; row < table.size(); ++row) {
      const LabelRow label = table[row];
      listed.insert(label.index());
      const auto found = length_of.find(label.index());
      if (found == length_of.end())
        report(table.line(row), 1, fmt::format("no trajectory {} in {}", plain_text(label.index()), csv.string()));
      else if (label.change_points() > 0 && label.change_point(label.change_points() - 1) != found->second)
        wrong_lengths.push_back(
            {path_, table.line(row), 0,
             fmt::format("trajectory {} has length {}, in {} it has {} frames", plain_text(label.index()),
                         plain_text(label.change_point(label.change_points() - 1)), csv.string(),
                         plain_text(found->second))});
    }
    if (!vips_only)
      for (const auto& [index, length] : length_of)
        if (!listed.contains(index))
          report(0, 0,
                 fmt::format("no line for trajectory {} of {} (it would count as missing)", plain_text(index),
                             csv.string()));
    if (!wrong_lengths.empty() && !vips_only && in_order_of_appearance(table, trajectories))
      return report(0, 0,
                    fmt::format("{} of {} lengths disagree with {}, but all agree by order of appearance: the labels "
                                "were numbered before "
                                "the CSV was renumbered (andi-datasets >= 2.1.5 does so when it renders videos); score "
                                "with --match appearance",
                                wrong_lengths.size(), table.size(), csv.string()));
    problems_.insert(problems_.end(), wrong_lengths.begin(), wrong_lengths.end());
  }

  // Labels of track 1 and the VIPs, whom the official scorer wants neither more nor less of.
  void compare_vips(const LabelTable& table, const fs::path& file) {
    constexpr const char* given_up = "the official scorer gives up the whole single-trajectory task of this track";
    const std::optional<std::set<double>> vips = read_vip_indices(file);
    if (!vips) return;
    std::set<double> listed;
    for (std::size_t row = 0; row < table.size(); ++row) {
      const double index = table[row].index();
      listed.insert(index);
      if (!vips->contains(index))
        report(table.line(row), 1, fmt::format("{} is no VIP of {} ({})", plain_text(index), file.string(), given_up));
    }
    for (const double vip : *vips)
      if (!listed.contains(vip))
        report(0, 0, fmt::format("no line for VIP {} of {} ({})", plain_text(vip), file.string(), given_up));
  }

  // Nothing where a video begins with a frame instead of the VIPs, or the file cannot be read.
  std::optional<std::set<double>> read_vip_indices(const fs::path& file) {
    std::set<double> indices;
    try {
      if (file.extension() == ".txt") {
        for (const std::int64_t vip : io::read_vips(file).indices) indices.insert(static_cast<double>(vip));
        return indices;
      }
      const std::optional<Frame> page = io::VideoReader(file, true).next();
      const auto map = page ? tracking::read_vip_map(*page) : std::nullopt;
      if (!map) return std::nullopt;
      for (const tracking::VipLabel& label : *map) indices.insert(static_cast<double>(label.vip));
      return indices;
    } catch (const InputError& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
      return std::nullopt;
    }
  }

  // Whether the rows' lengths, by ascending index, are those of the CSV's trajectories in the order they appear.
  static bool in_order_of_appearance(const LabelTable& table, const std::vector<io::CsvTrajectory>& trajectories) {
    if (table.size() != trajectories.size()) return false;
    std::vector<std::pair<double, double>> rows;
    for (std::size_t row = 0; row < table.size(); ++row)
      if (table[row].change_points() > 0)
        rows.emplace_back(table[row].index(), table[row].change_point(table[row].change_points() - 1));
    std::sort(rows.begin(), rows.end());
    return rows.size() == trajectories.size() &&
           std::equal(rows.begin(), rows.end(), trajectories.begin(), [](const auto& row, const io::CsvTrajectory& t) {
             return row.second == static_cast<double>(t.x.size());
           });
  }

  fs::path path_;
  std::vector<InputProblem> problems_;
};

}  // namespace

std::vector<InputProblem> check_label_file(const fs::path& labels, const KnownFov& known) {
  try {
    return LabelCheck(labels).run(known);
  } catch (const InputError& error) {
    return error.problems();
  }
}

std::vector<InputProblem> check_ensemble_file(const fs::path& ensemble, evaluation::OfficialEnsembleScorer& scorer) {
  std::vector<InputProblem> problems;
  const auto report = [&](std::string what) { problems.push_back({ensemble, 0, 0, std::move(what)}); };
  try {
    const io::EnsembleFile file = io::read_ensemble(ensemble);
    for (const io::LineProblem& problem : file.problems)
      problems.push_back({ensemble, problem.line, problem.column, problem.what});
    if (!file.labels) return problems;
    const EnsembleLabels& labels = *file.labels;
    for (std::size_t i = 0; i < labels.states(); ++i) {
      const auto bad = [&](const char* name, double value, const char* expected) {
        report(fmt::format("state {}: {} is {} (expected {})", i + 1, name, plain_text(value), expected));
      };
      if (!(labels.alpha_mean[i] >= 0 && labels.alpha_mean[i] <= 2)) bad("alpha mean", labels.alpha_mean[i], "0 to 2");
      if (!(labels.k_mean[i] >= 0 && labels.k_mean[i] <= k_bounds.high)) bad("K mean", labels.k_mean[i], "0 to 1e6");
      if (!(labels.alpha_variance[i] >= 0 && std::isfinite(labels.alpha_variance[i])))
        bad("alpha variance", labels.alpha_variance[i], "0 or more");
      if (!(labels.k_variance[i] >= 0 && std::isfinite(labels.k_variance[i])))
        bad("K variance", labels.k_variance[i], "0 or more");
      if (!(labels.weight[i] >= 0 && std::isfinite(labels.weight[i]))) bad("weight", labels.weight[i], "0 or more");
    }
    if (const std::string failure = scorer.failure_of(labels); !failure.empty())
      report(failure + ": the official scorer gives up the whole ensemble task of this track");
  } catch (const InputError& error) {
    return error.problems();
  }
  return problems;
}

}  // namespace an::app
