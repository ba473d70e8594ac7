// SPDX-License-Identifier: MIT
// How many change points are found, by contrast of the two states and distance to the next change point, beside the
// ideal observer that knows the states:
//   power_curve OUTPUT_FOLDER [TRAJECTORIES [ERROR_WEIGHT]]  writes power_curve.txt, .csv and .svg
// A price of errors other than the program's own is part of the files' names; with 0 change points are chosen for the
// Jaccard index alone, and more of the weak ones are named.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include "app/program_info.hpp"
#include "io/atomic_file.hpp"
#include "power_report.hpp"
#include "two_state_experiment.hpp"

using namespace an::performance;
using an::testing::ChangePoints;
using an::testing::KnownState;
using an::testing::ObservedExperiment;
using an::testing::TwoStateExperiment;

namespace {

constexpr std::uint64_t seed = 5501;  // of nothing else
constexpr double slow_k = 0.1;        // px²/frame^alpha
constexpr std::size_t exact_paths = 512;

std::vector<Contrast> contrasts() {
  std::vector<Contrast> out;
  for (const double ratio : {1.5, 2.0, 3.0, 5.0, 10.0, 30.0})
    out.push_back({fmt::format("K x{:g}", ratio), {{{1, slow_k}, {1, ratio * slow_k}}}, {}, {}});
  for (const auto& [low, high] : {std::pair(0.5, 1.0), std::pair(1.0, 1.5), std::pair(0.5, 1.5)})
    out.push_back({fmt::format("alpha {:g}/{:g}", low, high), {{{low, slow_k}, {high, slow_k}}}, {}, {}});
  return out;
}

void measure(Contrast& contrast, const TwoStateExperiment& experiment, const an::app::SegmentationConfig& config) {
  const ObservedExperiment observed = simulate(experiment);
  const an::segmentation::ExperimentModel fitted = fitted_model(experiment, observed, config);
  ++contrast
        .models[fmt::format("{} of {}", an::segmentation::phenomenon_name(fitted.phenomenon), fitted.states.size())];
  std::array<ChangePoints, observers> found;
  found[full] = inferred_changes(observed, fitted, experiment, config);
  found[ideal] = inferred_changes(observed, true_model(experiment), experiment, config);
  found[exact] = exact_changes(observed, experiment, config, exact_paths);
  for (std::size_t o = 0; o < observers; ++o)
    for (std::size_t i = 0; i < observed.truth.size(); ++i)
      contrast.detections[o].add(observed.truth[i], found[o][i], static_cast<std::int64_t>(experiment.frames));
}

template <class Number>
Number number_of(std::string_view word) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number < 0)
    throw std::invalid_argument(fmt::format("{}: not a number from 0", word));
  return number;
}

void run(const std::filesystem::path& stem, std::size_t trajectories, const an::app::SegmentationConfig& config) {
  std::vector<Contrast> all = contrasts();
  TwoStateExperiment experiment;
  experiment.seed = seed;
  experiment.noise = config.noise;
  const std::size_t in_one = experiment.trajectories;
  for (Contrast& contrast : all) {
    experiment.states = contrast.states;
    for (std::size_t left = trajectories; left > 0; left -= experiment.trajectories) {
      experiment.trajectories = std::min(left, in_one);
      ++experiment.number;
      measure(contrast, experiment, config);
    }
    fmt::print(stderr, "{}\n", contrast.name);
  }
  const std::string introduction = fmt::format(
      "Change points found nearer than {} frames, matched as the challenge's scorer does it\n"
      "{}\n"
      "{} trajectories a contrast in experiments of {}, {} frames, mean dwell {:g} frames, noise {:g} px, slow K {:g}, "
      "seed {}\n"
      "full: states fitted to the experiment; ideal: the same inference with the true ones ({} paths);\n"
      "exact: independent observer with the true states, whole covariances, {} paths. Error weight {:g}.\n"
      "±: one standard error; close: found within {} frames; false: false positives a trajectory; *: below 0.9\n",
      an::evaluation::changepoint_threshold, an::app::version_text(), trajectories, std::min(in_one, trajectories),
      experiment.frames, experiment.dwell, experiment.noise, slow_k, seed, config.paths, exact_paths,
      config.error_weight, an::testing::Detection::close_within);
  const std::string text = power_text(all, introduction);
  fmt::print("{}", text);
  an::io::make_folder(stem.parent_path());
  an::io::write_file_atomically(stem.string() + ".txt", text);
  an::io::write_file_atomically(stem.string() + ".csv", power_csv(all));
  an::io::write_file_atomically(stem.string() + ".svg", power_svg(all));
}

}  // namespace

int main(int count, char** words) try {
  if (count < 2 || count > 4) {
    std::fputs("usage: power_curve OUTPUT_FOLDER [TRAJECTORIES [ERROR_WEIGHT]]\n", stderr);
    return 2;
  }
  constexpr std::size_t usual_trajectories = 800;
  an::app::SegmentationConfig config;
  std::string name = "power_curve";
  if (count == 4) {
    config.error_weight = number_of<double>(words[3]);
    name += fmt::format("_error_weight_{:g}", config.error_weight);
  }
  run(std::filesystem::path(words[1]) / name, count > 2 ? number_of<std::size_t>(words[2]) : usual_trajectories,
      config);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "power_curve: %s\n", error.what());
  return 1;
}
