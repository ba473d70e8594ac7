// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <functional>
#include <limits>
#include <map>

#include "app/paper/paper_results.hpp"
#include "report/published_tables.hpp"

namespace an::app {

using report::Better;
using report::ComparedRow;
using report::ComparisonBlock;
using report::ComparisonTable;
using report::Estimate;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> state_names{"immobile", "confined", "free", "directed"};

// Which error of frames, and whom it is told of.
struct FrameError {
  const char* name;  // of the paper's row
  const char* what;  // of networks' parameters
  double FrameSums::*sum;
  double FrameSums::*rest;
  bool Told::*told;
};
constexpr FrameError frame_errors[] = {
    {"mae_alpha", "alpha", &FrameSums::alpha, &FrameSums::rest_alpha, &Told::alpha},
    {"msle_k", "k", &FrameSums::log_k, &FrameSums::rest_log_k, &Told::k},
    {"entropy_state", "state", &FrameSums::entropy, &FrameSums::rest_entropy, &Told::chances}};

using SumOf = std::function<double(const FrameSums&)>;

// Sum over sum of all fields of view of some models, with the interval of experiments drawn anew within each model.
Estimate ratio_of(const FrameStudy& study, const std::vector<std::string>& models, const SumOf& above,
                  const SumOf& below, const evaluation::BootstrapOptions& options) {
  std::vector<std::vector<Ratio>> groups;
  for (const std::string& model : models) {
    std::map<int, Ratio> experiments;
    for (const FrameStudy::Fov& fov : study.fovs)
      if (fov.model == model) experiments[fov.experiment].add({above(fov.sums), below(fov.sums)});
    auto& group = groups.emplace_back();
    for (const auto& entry : experiments) group.push_back(entry.second);
  }
  return ratio_estimate(groups, options);
}

// Errors of an average frame of a particle; of an average cell where all others are right; of one as it is.
std::vector<Estimate> errors_of(const FrameStudy& study, const FrameError& error,
                                const std::vector<std::string>& models, const evaluation::BootstrapOptions& options) {
  if (!(study.told.*error.told)) return std::vector<Estimate>(3);
  const SumOf frames = [](const FrameSums&s) { return s.frames; }, cells = [](const FrameSums&s) { return s.cells; };
  const SumOf sum = [&](const FrameSums& s) { return s.*error.sum; };
  const SumOf with_rest = [&](const FrameSums& s) { return s.*error.sum + s.*error.rest; };
  return {ratio_of(study, models, sum, frames, options), ratio_of(study, models, sum, cells, options),
          study.told.rest ? ratio_of(study, models, with_rest, cells, options) : Estimate{}};
}

const std::vector<report::ComparisonColumn> error_columns{{"frames", "frames of particles", Better::smaller, 5},
                                                          {"cells", "all cells, padding known", Better::smaller, 5},
                                                          {"cells_as_they_are", "all cells", Better::smaller, 5}};
const char* const about_cells =
    "The paper's errors count all cells of its tensors (64 particles, 208 frames), those without a particle included, "
    "whose targets are 0: \"all cells\" does so with what a network gives there, \"all cells, padding known\" with 0 "
    "there, since it is known where no particle is (our networks were not taught to give 0 there); \"frames of "
    "particles\" counts only those.";
const char* const about_judges =
    "paper_nets are the three networks of the paper's kind whose weights come with the program (or with --weights), "
    "default_net is that of the methods unet and hybrid; methods are judged by their segments' values in each frame.";
const char* const about_intervals =
    "Intervals hold what experiments drawn anew within each model would give; those of few experiments are too narrow.";

}  // namespace

Estimate ratio_estimate(const std::vector<std::vector<Ratio>>& groups, const evaluation::BootstrapOptions& options) {
  std::vector<std::size_t> units;
  Ratio all;
  for (const std::vector<Ratio>& group : groups) {
    units.push_back(group.size());
    for (const Ratio& unit : group) all.add(unit);
  }
  const evaluation::Interval interval = evaluation::bootstrap_groups(units, options, [&](const auto& drawn) {
    Ratio sum;
    for (std::size_t g = 0; g < groups.size(); ++g)
      for (const std::size_t unit : drawn[g]) sum.add(groups[g][unit]);
    return sum.value();
  });
  return {all.value(), interval.low, interval.high};
}

const std::vector<std::string>& models_in_order() {
  static const std::vector<std::string> models{"single_state", "multi_state", "immobile_traps", "dimerization",
                                               "confinement"};
  return models;
}

ComparisonTable frame_table(const std::vector<FrameStudy>& studies, const evaluation::BootstrapOptions& options) {
  const report::PublishedTable& published = report::published_table("table_1");
  ComparisonTable table{
      "table_1", published.title, published.source, "error", {}, {}, {about_cells, about_judges, about_intervals}};
  table.columns = {{"parameters", "parameters", Better::neither, 0}};
  table.columns.insert(table.columns.end(), error_columns.begin(), error_columns.end());
  for (const FrameError& error : frame_errors) {
    const std::vector<double> printed = published.values(error.name, {"parameters", "error"});
    ComparisonBlock block{error.name, {printed[0], unknown, printed[1], printed[1]}, {}};
    for (const FrameStudy& study : studies) {
      if (!(study.told.*error.told)) continue;
      ComparedRow row{study.name, {{}}};
      for (const auto& [what, count] : study.parameters)
        if (what == error.what) row.values[0].value = static_cast<double>(count);
      for (const Estimate& e : errors_of(study, error, models_in_order(), options)) row.values.push_back(e);
      block.ours.push_back(std::move(row));
    }
    table.blocks.push_back(std::move(block));
  }
  return table;
}

ComparisonTable frame_errors_by_model(int figure, const std::vector<FrameStudy>& studies,
                                      const evaluation::BootstrapOptions& options) {
  const FrameError& error = frame_errors[figure == 4 ? 0 : 1];
  ComparisonTable table{fmt::format("figure_{}", figure),
                        fmt::format("{} by model, frame by frame",
                                    figure == 4 ? "Mean absolute error of alpha" : "Mean squared log error of K"),
                        report::published_table("table_1").source,
                        "model",
                        error_columns,
                        {},
                        {about_cells, about_judges, about_intervals}};
  const double printed = report::published_table("table_1").values(error.name, {"error"})[0];
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const std::string& model : models_in_order()) groups.push_back({model, {model}});
  groups.emplace_back("all", models_in_order());
  for (const auto& [name, models] : groups) {
    const double beside = name == "all" ? printed : unknown;
    ComparisonBlock block{name, {unknown, beside, beside}, {}};
    for (const FrameStudy& study : studies)
      if (study.told.*error.told) block.ours.push_back({study.name, errors_of(study, error, models, options)});
    table.blocks.push_back(std::move(block));
  }
  return table;
}

ComparisonTable state_shares(const std::vector<FrameStudy>& studies, const evaluation::BootstrapOptions& options) {
  const report::PublishedTable& published = report::published_table("figure_8");
  ComparisonTable table{"figure_8", published.title, published.source, "true state", {}, {}, {}};
  for (const std::string& name : state_names) table.columns.push_back({name, name, Better::neither, 3});
  const std::vector<double> right = published.values("right", state_names);
  for (std::size_t state = 0; state < state_names.size(); ++state) {
    ComparisonBlock block{state_names[state], std::vector<double>(state_names.size(), unknown), {}};
    block.published[state] = right[state];
    for (const FrameStudy& study : studies) {
      if (!study.told.state) continue;
      ComparedRow row{study.name, {}};
      for (std::size_t found = 0; found < state_names.size(); ++found)
        row.values.push_back(ratio_of(
            study, models_in_order(), [=](const FrameSums& s) { return static_cast<double>(s.states[state][found]); },
            [=](const FrameSums& s) {
              double sum = 0;
              for (const std::int64_t count : s.states[state]) sum += static_cast<double>(count);
              return sum;
            },
            options));
      block.ours.push_back(std::move(row));
    }
    table.blocks.push_back(std::move(block));
  }
  table.notes = {"The paper says of its matrix: immobile and free above 97 %, confined 82 %, directed about 1 %.",
                 about_intervals};
  return table;
}

}  // namespace an::app
