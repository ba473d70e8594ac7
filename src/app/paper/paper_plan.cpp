// SPDX-License-Identifier: MIT
#include "app/paper/paper_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "app/items/progress.hpp"
#include "app/settings/nearest_name.hpp"
#include "app/settings/setting.hpp"
#include "core/error.hpp"
#include "paper_settings.hpp"

namespace an::app {

using report::Json;

namespace {

constexpr PaperSizes paper_sizes{30, 11, 100, 4050};

// At least two: one alone, drawn again and again, has no interval.
std::int64_t scaled(std::int64_t size, double scale) {
  constexpr std::int64_t least = 2;
  return std::max(least, static_cast<std::int64_t>(std::ceil(static_cast<double>(size) * scale - 1e-9)));
}

PaperSizes sizes_of(const PaperOptions& options) {
  constexpr double most = 100;
  if (options.full && options.scale) throw ConfigError("paper: --full and --scale exclude each other");
  const double scale = options.full ? 1 : options.scale.value_or(usual_paper_scale);
  if (!(scale > 0 && scale <= most))
    throw ConfigError(fmt::format("--scale is {} (expected a number above 0 and at most {})", scale, most));
  if (options.fovs && *options.fovs < 1)
    throw ConfigError(fmt::format("--fovs is {} (expected an integer, at least 1)", *options.fovs));
  return {options.fovs.value_or(scaled(paper_sizes.benchmark_fovs, scale)),
          scaled(paper_sizes.validation_experiments, scale), scaled(paper_sizes.frame_experiments, scale),
          scaled(paper_sizes.training_experiments, scale)};
}

std::set<std::string> items_of(const PaperOptions& options) {
  const std::vector<std::string>& all = paper_items();
  if (options.only.empty()) return {all.begin(), all.end()};
  for (const std::string& item : options.only)
    if (std::find(all.begin(), all.end(), item) == all.end()) {
      const std::string nearest = nearest_name(item, all);
      throw ConfigError(fmt::format("--only is {} (expected some of {}{})", item, fmt::join(all, ", "),
                                    nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)));
    }
  return {options.only.begin(), options.only.end()};
}

std::vector<std::pair<std::string, Method>> methods_of(const PaperOptions& options) {
  std::vector<std::string> names = options.methods;
  if (names.empty()) names = find_setting("predict.method")->choices;
  std::vector<std::pair<std::string, Method>> methods;
  for (const std::string& name : names) {
    Config config;
    apply_setting(config, "predict.method", name, "--method");
    const std::pair<std::string, Method> method{name, config.predict.method};
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  }
  return methods;
}

// Seeds of data sets differ, for equal names give equal random numbers.
Config data_config(const Config& config, std::string_view settings, const std::string& file, std::uint64_t seed) {
  Config data = config;
  apply_toml(data, settings, file);
  data.simulate.format = DataFormat::text;  // which is what methods read
  data.simulate.first_experiment = 1;       // as the published tables number them
  data.simulate.seed = seed;
  return data;
}

void repeat_each(Config& config, std::int64_t experiments) {
  for (simulation::ExperimentSpec& spec : config.experiments) spec.repeat = static_cast<std::uint32_t>(experiments);
}

Json simulate_json(const Config& data) { return config_json(data).at("simulate"); }

struct PartCost {
  std::string what;
  double seconds;
};

// Seconds on one core of an AMD EPYC with AVX-512, as measured for a likelihood and two network methods.
std::vector<PartCost> costs_of(const PaperOptions& options, const PaperPlan& plan) {
  constexpr double video = 0.7, method_validation = 3, method_experiment = 4, method_fov = 0.35,
                   frames_experiment = 1.8, training_fov = 0.004;
  constexpr double benchmark_experiments = 9, models = 5, fovs = 5;
  const auto methods = static_cast<double>(plan.methods.size());
  std::vector<PartCost> costs;
  const PaperSizes& s = plan.sizes;
  if (plan.wants({"table_3", "table_4"})) {
    const double count = benchmark_experiments * static_cast<double>(s.benchmark_fovs);
    const double videos = plan.benchmark.simulate.videos ? 1 : 0, tracks = plan.benchmark_track() == 0 ? 2 : 1;
    costs.push_back(
        {options.benchmark
             ? fmt::format("benchmark: {} (costs as for {} fields of view)", options.benchmark->string(), count)
             : fmt::format("benchmark: {} fields of view of each of 9 experiments{}", s.benchmark_fovs,
                           videos > 0 ? ", with videos" : ""),
         videos * video * count + methods * (method_experiment * tracks * benchmark_experiments + method_fov * count)});
  }
  if (plan.wants({"table_2", "figure_9"})) {
    const double count = models * static_cast<double>(s.validation_experiments);
    costs.push_back(
        {fmt::format("validation: {} experiments of each of 5 models, with videos", s.validation_experiments),
         count * (video + methods * method_validation)});
  }
  if (plan.wants({"table_1", "figure_4", "figure_5", "figure_6", "figure_7", "figure_8"})) {
    const double count = models * static_cast<double>(s.frame_experiments);
    costs.push_back(
        {fmt::format("frames: {} experiments of each of 5 models, 5 fields of view each", s.frame_experiments),
         count * (plan.wants({"figure_4", "figure_5", "figure_6", "figure_7", "figure_8"}) ? 1 + methods : 1) *
             frames_experiment});
  }
  if (plan.wants({"figure_2"}))
    costs.push_back({fmt::format("training: {} experiments of each of 5 models, 5 fields of view each, in memory",
                                 s.training_experiments),
                     models * fovs * static_cast<double>(s.training_experiments) * training_fov});
  return costs;
}

}  // namespace

const std::vector<std::string>& paper_items() {
  static const std::vector<std::string> items{"table_1",  "figure_2", "figure_4", "figure_5", "figure_6", "figure_7",
                                              "figure_8", "table_2",  "figure_9", "table_3",  "table_4"};
  return items;
}

bool PaperPlan::wants(const std::vector<std::string>& some) const {
  return std::any_of(some.begin(), some.end(), [&](const std::string& item) { return items.contains(item); });
}

int PaperPlan::benchmark_track() const {
  if (wants({"table_3"}) && wants({"table_4"})) return 0;
  return wants({"table_3"}) ? 1 : 2;
}

PaperPlan make_paper_plan(const PaperOptions& options, const Config& config) {
  if (!config.experiments.empty())
    throw ConfigError("paper: the configuration has [[experiment]] tables (the paper's are taken; expected none)");
  PaperPlan plan{sizes_of(options), items_of(options), methods_of(options), {}, {}, {}, {}};
  plan.benchmark = data_config(config, embedded::andi2_benchmark, "andi2_benchmark.toml", options.seed);
  plan.benchmark.simulate.fovs = plan.sizes.benchmark_fovs;
  plan.benchmark.simulate.videos = plan.items.contains("table_3");
  plan.validation = data_config(config, embedded::paper_validation, "paper_validation.toml", options.seed + 1);
  repeat_each(plan.validation, plan.sizes.validation_experiments);
  plan.frames = data_config(config, embedded::paper_training, "paper_training.toml", options.seed + 2);
  repeat_each(plan.frames, plan.sizes.frame_experiments);
  plan.training = data_config(config, embedded::paper_training, "paper_training.toml", options.seed + 3);
  repeat_each(plan.training, plan.sizes.training_experiments);
  return plan;
}

Json plan_json(const PaperOptions& options, const Config& config, const PaperPlan& plan) {
  Json json{{"seed", options.seed},
            {"benchmark_fovs", plan.sizes.benchmark_fovs},
            {"validation_experiments", plan.sizes.validation_experiments},
            {"frame_experiments", plan.sizes.frame_experiments},
            {"training_experiments", plan.sizes.training_experiments},
            {"items", plan.items},
            {"benchmark",
             options.benchmark ? Json(std::filesystem::weakly_canonical(*options.benchmark).string()) : Json(nullptr)},
            {"weights", options.weights.string()}};
  const Json whole = config_json(config);
  for (const char* section : {"score", "video", "faithful", "tracking", "segmentation", "predict", "chain"})
    json[section] = whole.at(section);
  json["predict"].erase("method");
  json["simulate"] = {{"benchmark", simulate_json(plan.benchmark)},
                      {"validation", simulate_json(plan.validation)},
                      {"frames", simulate_json(plan.frames)},
                      {"training", simulate_json(plan.training)}};
  return json;
}

std::string plan_text(const PaperOptions& options, const PaperPlan& plan) {
  std::vector<std::string> names;
  for (const auto& method : plan.methods) names.push_back(method.first);
  std::string text = fmt::format("{} by {}\n", fmt::join(plan.items, ", "), fmt::join(names, ", "));
  double all = 0;
  for (const PartCost& part : costs_of(options, plan)) {
    all += part.seconds;
    text += fmt::format("{:<80} about {}\n", part.what, duration_text(part.seconds));
  }
  return text + fmt::format("{:<80} about {} of one core\n", "together", duration_text(all));
}

}  // namespace an::app
