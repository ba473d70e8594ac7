// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "app/paper/paper_results.hpp"
#include "simulation/diffusion_model.hpp"

namespace an::app {

using report::Json;
using simulation::ModelKind;

namespace {

Json axis_json(const report::Axis& axis) {
  return {{"name", axis.name}, {"low", axis.low}, {"high", axis.high}, {"logarithmic", axis.logarithmic}};
}

template <class Counts>
Json density_json(const std::string& name, const Counts& counts) {
  const double all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  std::vector<double> share;
  for (const std::int64_t count : counts) share.push_back(all > 0 ? static_cast<double>(count) / all : 0);
  return {{"name", name}, {"frames", static_cast<std::int64_t>(all)}, {"share", share}};
}

FigureData density_figure(const std::string& name, const std::string& title, const report::Axis& axis,
                          const TrainingDensity& density,
                          std::array<std::int64_t, TrainingDensity::bins> TrainingDensity::Counts::*counts) {
  std::array<std::int64_t, TrainingDensity::bins> all{};
  Json densities = Json::array();
  for (std::size_t m = 0; m < density.models.size(); ++m) {
    const auto& of_model = density.models[m].*counts;
    std::transform(all.begin(), all.end(), of_model.begin(), all.begin(), std::plus<>());
    densities.push_back(density_json(std::string(simulation::model_name(static_cast<ModelKind>(m))), of_model));
  }
  densities.insert(densities.begin(), density_json("all", all));
  return {{"name", name}, {"title", title}, {"kind", "density"}, {"axis", axis_json(axis)}, {"densities", densities}};
}

FigureData heat_figure(int figure, const std::string& what, const FrameStudy& study, const report::Axis& axis,
                       const report::HeatMap& map) {
  return {{"name", fmt::format("figure_{}_{}", figure, study.name)},
          {"title", fmt::format("{} predicted for each true one, frame by frame: {}", what, study.name)},
          {"kind", "heat_map"},
          {"axis", axis_json(axis)},
          {"counts", map.counts()}};
}

}  // namespace

FigureData bar_figure(const std::string& name, const std::string& title, const BarSource& source,
                      const std::vector<std::pair<std::string, double>>& lines) {
  Json drawn = Json::array();
  for (const auto& [line, value] : lines) drawn.push_back({{"name", line}, {"value", value}});
  return {{"name", name},          {"title", title},          {"kind", "bars"},
          {"table", source.table}, {"column", source.column}, {"value", source.value},
          {"lines", drawn}};
}

void add_frame_figures(const std::vector<FrameStudy>& studies, std::vector<FigureData>& figures) {
  for (const FrameStudy& study : studies)
    if (study.told.alpha) figures.push_back(heat_figure(6, "alpha", study, alpha_axis, study.alpha));
  for (const FrameStudy& study : studies)
    if (study.told.k) figures.push_back(heat_figure(7, "K", study, k_axis, study.k));
  for (const FrameStudy& study : studies) {
    if (!study.told.state) continue;
    report::StateCounts sum{};
    for (const FrameStudy::Fov& fov : study.fovs)
      for (std::size_t row = 0; row < sum.size(); ++row)
        for (std::size_t column = 0; column < sum.size(); ++column) sum[row][column] += fov.sums.states[row][column];
    figures.push_back({{"name", fmt::format("figure_8_{}", study.name)},
                       {"title", fmt::format("States found, frame by frame: {}", study.name)},
                       {"kind", "confusion"},
                       {"counts", sum}});
  }
}

void add_density_figures(const TrainingDensity& density, std::vector<FigureData>& figures) {
  using Counts = TrainingDensity::Counts;
  figures.push_back(
      density_figure("figure_2_alpha", "Training data: density of alpha", alpha_axis, density, &Counts::alpha));
  figures.push_back(density_figure("figure_2_k", "Training data: density of K (K = 0 of traps at the left edge)",
                                   k_axis, density, &Counts::k));
}

}  // namespace an::app
