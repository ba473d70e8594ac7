// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "app/paper/frame_study.hpp"
#include "core/error.hpp"
#include "io/benchmark_tree.hpp"
#include "io/label_file.hpp"
#include "network/frame_predictor.hpp"

namespace an::app {

namespace fs = std::filesystem;
using kernels::LossKind;

namespace {

bool tells_alpha(LossKind task) { return task == LossKind::mae || task == LossKind::joint; }
bool tells_k(LossKind task) { return task == LossKind::msle || task == LossKind::joint; }
bool tells_state(LossKind task) { return task == LossKind::cross_entropy || task == LossKind::joint; }

double log_k_of(LossKind task, const float* output) {
  return task == LossKind::joint
             ? std::log1p(std::exp(static_cast<double>(std::min(network::highest_log_k, output[1]))))
             : std::log1p(std::max(0.0, static_cast<double>(output[0])));
}

std::array<double, 4> log_chances_of(LossKind task, const float* output) {
  const float* const logits = task == LossKind::joint ? output + 2 : output;
  const double largest = static_cast<double>(*std::max_element(logits, logits + 4));
  double sum = 0;
  for (std::size_t s = 0; s < 4; ++s) sum += std::exp(static_cast<double>(logits[s]) - largest);
  std::array<double, 4> chances{};
  for (std::size_t s = 0; s < 4; ++s) chances[s] = static_cast<double>(logits[s]) - largest - std::log(sum);
  return chances;
}

void add_frame(LossKind task, const float* output, FrameLabels& frames) {
  if (tells_alpha(task)) frames.alpha.push_back(static_cast<double>(output[0]));
  if (tells_k(task)) frames.log_k.push_back(log_k_of(task, output));
  if (!tells_state(task)) return;
  const std::array<double, 4> chances = log_chances_of(task, output);
  frames.state.push_back(static_cast<std::int8_t>(std::max_element(chances.begin(), chances.end()) - chances.begin()));
  frames.log_chances.insert(frames.log_chances.end(), chances.begin(), chances.end());
}

// Where there is no particle the paper's targets are alpha = 0, K = 0 and state 0.
void add_rest(LossKind task, const float* output, FrameSums& sums) {
  if (tells_alpha(task)) sums.rest_alpha += std::abs(static_cast<double>(output[0]));
  if (tells_k(task)) sums.rest_log_k += log_k_of(task, output) * log_k_of(task, output);
  if (tells_state(task)) sums.rest_entropy -= log_chances_of(task, output)[0];
}

FrameTally tally_networks(std::vector<TileNetwork>& networks, const Told& told, const FrameFov& fov) {
  std::vector<network::ParticlePath> paths;
  for (const io::CsvTrajectory& t : fov.trajectories)
    paths.push_back({static_cast<std::size_t>(t.first_frame), t.x, t.y});
  std::vector<FrameLabels> predicted(paths.size());
  FrameTally tally;
  for (TileNetwork& network : networks) {
    const std::vector<float> outputs = network.outputs(paths);
    const std::size_t cells = outputs.size() / network.channels();
    tally.sums.cells = static_cast<double>(cells);
    for (std::size_t cell = 0; cell < cells; ++cell) {
      const std::size_t row = cell / TileNetwork::frames, frame = cell % TileNetwork::frames;
      const float* const output = outputs.data() + cell * network.channels();
      if (row < paths.size() && frame < fov.truth[row].size())
        add_frame(network.task(), output, predicted[row]);
      else
        add_rest(network.task(), output, tally.sums);
    }
  }
  for (std::size_t i = 0; i < predicted.size(); ++i) tally.add(fov.truth[i], predicted[i], told);
  return tally;
}

FrameTally tally_submission(const fs::path& submission, const Told& told, const FrameFov& fov) {
  const fs::path file = io::submission_labels(submission / fmt::format("exp_{}", fov.experiment), fov.number);
  const LabelTable table = io::read_labels(file).table;
  std::map<double, std::size_t> row_of;
  for (std::size_t row = 0; row < table.size(); ++row) row_of[table[row].index()] = row;
  FrameTally tally;
  const std::size_t tiles = (fov.trajectories.size() + TileNetwork::rows - 1) / TileNetwork::rows;
  tally.sums.cells = static_cast<double>(tiles * TileNetwork::rows * TileNetwork::frames);
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
    const auto found = row_of.find(static_cast<double>(fov.trajectories[i].index));
    if (found == row_of.end()) throw InputError(file, fmt::format("no trajectory {}", fov.trajectories[i].index));
    const FrameLabels predicted = FrameLabels::of(table, found->second, file);
    if (predicted.size() != fov.truth[i].size())
      throw InputError(file, fmt::format("trajectory {} has {} frames (expected {})", fov.trajectories[i].index,
                                         predicted.size(), fov.truth[i].size()));
    tally.add(fov.truth[i], predicted, told);
  }
  return tally;
}

}  // namespace

FrameJudge judge_of_networks(const std::string& name, const std::vector<fs::path>& weights, const PredictConfig& config,
                             int device) {
  auto networks = std::make_shared<std::vector<TileNetwork>>();
  FrameJudge judge{name, {false, false, false, false, true}, {}, {}};
  for (const fs::path& file : weights) {
    const TileNetwork& network = networks->emplace_back(file, config, device);
    const auto tell = [&](bool tells, const char* what, bool& told) {
      told = told || tells;
      if (tells) judge.parameters.emplace_back(what, network.parameters());
    };
    tell(tells_alpha(network.task()), "alpha", judge.told.alpha);
    tell(tells_k(network.task()), "k", judge.told.k);
    tell(tells_state(network.task()), "state", judge.told.state);
  }
  judge.told.chances = judge.told.state;
  judge.tally = [networks, told = judge.told](const FrameFov& fov) { return tally_networks(*networks, told, fov); };
  return judge;
}

FrameJudge judge_of_submission(const std::string& name, const fs::path& submission) {
  const Told told;
  return {name, told, {}, [=](const FrameFov& fov) { return tally_submission(submission, told, fov); }};
}

}  // namespace an::app
