// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "app/paper/paper_results.hpp"
#include "app/run/run_scores.hpp"
#include "evaluation/challenge_score.hpp"
#include "io/benchmark_tree.hpp"
#include "io/ensemble_file.hpp"
#include "report/published_tables.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Better;
using report::ComparedRow;
using report::ComparisonBlock;
using report::ComparisonColumn;
using report::ComparisonTable;
using report::Estimate;
using report::PublishedTable;

namespace {

constexpr double unpublished = std::numeric_limits<double>::quiet_NaN();
const ComparisonColumn trajectories_column{"trajectories", "trajectories", Better::neither, 0};

std::vector<std::string> names_of(const std::vector<ComparisonColumn>& columns) {
  std::vector<std::string> names;
  for (const ComparisonColumn& column : columns) names.push_back(column.name);
  return names;
}

ComparisonTable table_like(const std::string& name, const PublishedTable& published, const std::string& heading) {
  return {name, published.title, published.source, heading, {}, {}, {}};
}

ComparedRow row_of(const std::string& method, const ExperimentScores& scores, double experiments) {
  ComparedRow row{method, {{static_cast<double>(scores.trajectories) / experiments}}};
  row.values.insert(row.values.end(), scores.values.begin(), scores.values.end());
  return row;
}

// An experiment of the validation, of one track and method.
struct ModelScores {
  std::string model;
  ExperimentScores scores;
};

std::vector<ModelScores> scores_with_models(const MethodResults& results, int track, const fs::path& data) {
  std::vector<ModelScores> all;
  const std::optional<TrackRunScores> scores = read_run_scores(results.folder, track);
  if (!scores) return all;
  for (const auto& [number, experiment] : scores->experiments) {
    const fs::path folder = data / "ref" / fmt::format("track_{}", track) / fmt::format("exp_{}", number);
    all.push_back({io::read_ensemble(io::ensemble_labels(folder)).model, experiment});
  }
  return all;
}

// The mean of a metric over experiments of some models, the single-trajectory ones weighted by trajectories, with the
// interval of experiments drawn anew within each model.
Estimate mean_of(const std::vector<ModelScores>& scores, const std::vector<std::string>& models, std::size_t metric,
                 const evaluation::BootstrapOptions& options) {
  const bool weighted = metric < evaluation::single_metric_names.size();
  std::vector<std::vector<Ratio>> groups;
  for (const std::string& model : models) {
    auto& group = groups.emplace_back();
    for (const auto& [of_model, s] : scores) {
      if (of_model != model || std::isnan(s.values[metric].value)) continue;
      const double weight = weighted ? static_cast<double>(s.trajectories) : 1;
      group.push_back({weight * s.values[metric].value, weight});
    }
  }
  return ratio_estimate(groups, options);
}

}  // namespace

std::optional<ComparisonTable> benchmark_table(int track, const std::vector<MethodResults>& results) {
  const std::string name = track == 1 ? "table_3" : "table_4";
  const PublishedTable& published = report::published_scores(track);
  ComparisonTable table = table_like(name, published, "experiment");
  table.columns = {trajectories_column};
  table.columns.insert(table.columns.end(), score_columns().begin(), score_columns().end());
  std::vector<std::pair<std::string, TrackRunScores>> scores;
  std::set<int> experiments;
  for (const MethodResults& method : results)
    if (auto read = read_run_scores(method.folder, track)) {
      for (const auto& entry : read->experiments) experiments.insert(entry.first);
      scores.emplace_back(method.method, std::move(*read));
    }
  if (scores.empty()) return {};
  const auto add_block = [&](const std::string& block_name) -> ComparisonBlock& {
    std::vector<double> values = published.values(block_name, names_of(table.columns));
    if (published_scores_of(track, scores.front().second, block_name).empty()) std::ranges::fill(values, unpublished);
    return table.blocks.emplace_back(ComparisonBlock{block_name, std::move(values), {}});
  };
  for (const int number : experiments) {
    ComparisonBlock& block = add_block(std::to_string(number));
    for (const auto& [method, of_track] : scores)
      if (const auto at = of_track.experiments.find(number); at != of_track.experiments.end())
        block.ours.push_back(row_of(method, at->second, 1));
  }
  ComparisonBlock& average = add_block("average");
  for (const auto& [method, of_track] : scores)
    average.ours.push_back(row_of(method, of_track.average, static_cast<double>(of_track.experiments.size())));
  table.notes = {
      "Intervals hold what fields of view drawn anew within each experiment would give; the paper's values stand on "
      "one realisation of 30 fields of view and have an uncertainty of their own, which it does not tell.",
      "Intervals of few fields of view are too narrow: a mark that stands on fewer than ten in an experiment says "
      "little.",
      "The RMSE is 0 where nothing is found: it says something beside the Jaccard coefficient (JSC) only.",
      "The average weights the single-trajectory metrics by trajectories, the ensemble's equally; its number of "
      "trajectories is that of an experiment."};
  return table;
}

ComparisonTable validation_table(const std::vector<MethodResults>& results, const fs::path& data,
                                 const evaluation::BootstrapOptions& options) {
  const PublishedTable& published = report::published_table("table_2");
  ComparisonTable table = table_like("table_2", published, "input");
  table.columns = {trajectories_column};
  table.columns.insert(table.columns.end(), score_columns().begin(), score_columns().end());
  std::vector<std::string> without_single = models_in_order();
  std::erase(without_single, "single_state");
  std::map<int, std::vector<std::vector<ModelScores>>> scores_of;  // of each track, each method's
  for (const int track : {1, 2})
    for (const MethodResults& method : results) scores_of[track].push_back(scores_with_models(method, track, data));
  for (const auto& [suffix, models] :
       {std::pair(std::string(), models_in_order()), std::pair(std::string(" without single_state"), without_single)})
    for (const auto& [track, input] : {std::pair(1, "video"), std::pair(2, "raw")}) {
      ComparisonBlock& block = table.blocks.emplace_back(
          ComparisonBlock{input + suffix, published.values(input, names_of(table.columns)), {}});
      for (std::size_t method = 0; method < results.size(); ++method) {
        const std::vector<ModelScores>& scores = scores_of.at(track)[method];
        double trajectories = 0;
        for (const ModelScores& s : scores)
          if (std::find(models.begin(), models.end(), s.model) != models.end())
            trajectories += static_cast<double>(s.scores.trajectories);
        ComparedRow& row = block.ours.emplace_back(ComparedRow{results[method].method, {{trajectories}}});
        for (std::size_t m = 0; m < score_names().size(); ++m)
          row.values.push_back(mean_of(scores, models, m, options));
      }
    }
  table.notes = {
      "The paper's 44 experiments, 11 a model, are four models' worth: with all five models and without single_state.",
      "Intervals hold what experiments drawn anew within each model would give (each has one field of view); those of "
      "few experiments a model are too narrow."};
  return table;
}

ComparisonTable validation_by_model(const std::vector<MethodResults>& results, const fs::path& data,
                                    const evaluation::BootstrapOptions& options) {
  ComparisonTable table{"figure_9",
                        "Errors of alpha and K by model, from videos and from trajectories",
                        "",
                        "model",
                        {score_columns()[2], score_columns()[3]},
                        {},
                        {}};
  for (const std::string& model : models_in_order()) table.blocks.push_back({model, {unpublished, unpublished}, {}});
  for (const MethodResults& method : results)
    for (const auto& [track, input] : {std::pair(1, "videos"), std::pair(2, "trajectories")}) {
      const std::vector<ModelScores> scores = scores_with_models(method, track, data);
      if (scores.empty()) continue;
      for (ComparisonBlock& block : table.blocks)
        block.ours.push_back({fmt::format("{} from {}", method.method, input),
                              {mean_of(scores, {block.name}, 2, options), mean_of(scores, {block.name}, 3, options)}});
    }
  table.notes = {"Intervals hold what experiments drawn anew would give."};
  return table;
}

}  // namespace an::app
