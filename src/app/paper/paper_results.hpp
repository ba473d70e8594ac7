// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/paper/frame_study.hpp"
#include "app/paper/training_density.hpp"
#include "evaluation/bootstrap.hpp"
#include "report/comparison.hpp"

namespace an::app {

/// A sum over another one.
struct Ratio {
  double above = 0, below = 0;
  double value() const { return above / below; }
  void add(const Ratio& other) {
    above += other.above;
    below += other.below;
  }
};
/// The ratio of the sums over all units (experiments), with the interval of units drawn anew within each group.
report::Estimate ratio_estimate(const std::vector<std::vector<Ratio>>& groups,
                                const evaluation::BootstrapOptions& options);

/// Where the results of a method are: a folder of `run`.
struct MethodResults {
  std::string method;
  std::filesystem::path folder;
};

/// A figure as machines read it: `name` (of its file), `title`, `kind` and the numbers it is drawn from.
using FigureData = report::Json;

/// Which numbers bars show, and what these are called along the axis.
struct BarSource {
  std::string table, column, value;
};
/// Bars of one column of a table: a group a block, a bar a row, beside published values as lines.
FigureData bar_figure(const std::string& name, const std::string& title, const BarSource& source,
                      const std::vector<std::pair<std::string, double>>& lines);

/// Table 3 (track 1) or 4 (track 2): each experiment's scores and the average. None where no method has the track.
/// \throws InputError
std::optional<report::ComparisonTable> benchmark_table(int track, const std::vector<MethodResults>& results);

/// Table 2: averages over all experiments of both tracks. \param data their simulated tree, which tells the models
/// \throws InputError
report::ComparisonTable validation_table(const std::vector<MethodResults>& results, const std::filesystem::path& data,
                                         const evaluation::BootstrapOptions& options);
/// The numbers of figure 9: the two tracks' errors of alpha and K by model. \throws InputError
report::ComparisonTable validation_by_model(const std::vector<MethodResults>& results,
                                            const std::filesystem::path& data,
                                            const evaluation::BootstrapOptions& options);

/// Table 1: errors of frames, with and without the cells of tensors that hold no particle.
report::ComparisonTable frame_table(const std::vector<FrameStudy>& studies,
                                    const evaluation::BootstrapOptions& options);
/// Numbers of figures 4 (alpha) and 5 (K): errors of frames by model.
report::ComparisonTable frame_errors_by_model(int figure, const std::vector<FrameStudy>& studies,
                                              const evaluation::BootstrapOptions& options);
/// Numbers of figure 8: shares of each true state's frames that are taken for each state.
report::ComparisonTable state_shares(const std::vector<FrameStudy>& studies,
                                     const evaluation::BootstrapOptions& options);

/// Figures 6 and 7 (heat maps) and 8 (confusion of states), one a study.
void add_frame_figures(const std::vector<FrameStudy>& studies, std::vector<FigureData>& figures);
/// Figure 2: densities of alpha and K, of all models and each.
void add_density_figures(const TrainingDensity& density, std::vector<FigureData>& figures);

/// The models in the order of the paper's figures, by the names of the challenge's files.
const std::vector<std::string>& models_in_order();

}  // namespace an::app
