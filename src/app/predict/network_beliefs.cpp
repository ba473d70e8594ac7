// SPDX-License-Identifier: MIT
#include "app/predict/network_beliefs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <system_error>

#include "app/train/weights_file.hpp"
#include "build_info.hpp"
#include "core/error.hpp"
#include "segmentation/segment_evidence.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

fs::path shipped_weights() {
  const char* chosen = std::getenv("AN_WEIGHTS");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (chosen != nullptr) return chosen;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path() / build_info::data_from_program / "configs" / "weights";
  return fs::is_directory(installed, error) ? installed.lexically_normal()
                                            : fs::path(build_info::source_folder) / "configs" / "weights";
}

}  // namespace

std::vector<fs::path> weights_files(const fs::path& folder, Method method) {
  const fs::path from = folder.empty() ? shipped_weights() : folder;
  if (method == Method::likelihood) return {};
  if (method == Method::paper) return {from / "paper_alpha.h5", from / "paper_k.h5", from / "paper_state.h5"};
  return {from / "default.h5"};
}

network::FramePredictor make_predictor(const fs::path& path, kernels::LossKind task, const PredictConfig& config,
                                       int device) {
  if (!fs::exists(path))
    throw InputError(
        path, "no weights of the network there [--weights DIR names their folder; --method likelihood needs none]");
  const io::ArrayReader file(path);
  const network::NetworkShape shape = read_shape(file);
  if (shape.task != task)
    throw InputError(path, fmt::format("a network of the task {} (expected {})", network::task_name(shape.task),
                                       network::task_name(task)));
  try {
    const auto [rows, columns] = usual_image(shape);
    return {shape, read_weights(file, network_of(file, shape, 1, rows, columns)), config.backend, config.precision,
            device};
  } catch (const std::invalid_argument& error) {
    throw InputError(path, error.what());
  }
}

std::vector<bool> which_are_wanted(const std::optional<std::vector<std::size_t>>& wanted, std::size_t trajectories) {
  std::vector<bool> are(trajectories);
  for (const std::size_t place : segmentation::wanted_places(wanted, trajectories)) are[place] = true;
  return are;
}

std::vector<network::ParticlePath> paths_of(const segmentation::FieldOfView& fov) {
  std::vector<network::ParticlePath> paths;
  for (const segmentation::Trajectory& t : fov.trajectories)
    paths.push_back({static_cast<std::size_t>(std::max<std::int64_t>(0, t.first_frame)), t.x, t.y});
  return paths;
}

namespace {

std::size_t piece_count(std::size_t frames) {
  return (frames + segmentation::longest_piece - 1) / segmentation::longest_piece;
}

// A network is unsure of frames next to the ends of what it sees. Long trajectories are cut twice: into pieces of equal
// length, and in their middles.
std::vector<std::size_t> piece_ends(std::size_t frames) {
  std::vector<std::size_t> ends;
  const std::size_t pieces = piece_count(frames);
  for (std::size_t i = 1; i <= pieces; ++i) ends.push_back(i * frames / pieces);
  return ends;
}

std::vector<std::size_t> other_piece_ends(std::size_t frames) {
  const std::size_t pieces = piece_count(frames);
  if (pieces < 2) return piece_ends(frames);
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < pieces; ++i) ends.push_back((2 * i + 1) * frames / (2 * pieces));
  ends.push_back(frames);
  return ends;
}

// Adds frames of which nothing is known.
void go_on_as_before(segmentation::FrameBeliefs& beliefs, std::size_t frames) {
  if (frames == 0) return;
  const std::size_t all = beliefs.alpha.size() + frames;
  beliefs.alpha.resize(all, beliefs.alpha.back());
  beliefs.log_k.resize(all, beliefs.log_k.back());
  beliefs.state.resize(all, beliefs.state.back());
  beliefs.change.resize(all, 0);
}

void append_predictions(const network::FramePredictions& p, segmentation::FrameBeliefs& b) {
  b.alpha.insert(b.alpha.end(), p.alpha.begin(), p.alpha.end());
  b.log_k.insert(b.log_k.end(), p.log_k.begin(), p.log_k.end());
  b.change.insert(b.change.end(), p.change.begin(), p.change.end());
  for (const std::array<float, 4>& probability : p.probability)
    b.state.push_back({static_cast<double>(probability[0]), static_cast<double>(probability[1]),
                       static_cast<double>(probability[2]), static_cast<double>(probability[3])});
}

// Replaces what is said of a long trajectory's frames by what was said of them when it was cut elsewhere, where that is
// further away.
void take_what_is_far_from_cuts(segmentation::FrameBeliefs& beliefs, const segmentation::FrameBeliefs& others) {
  const std::vector<std::size_t> ends = piece_ends(beliefs.alpha.size());
  const std::vector<std::size_t> other_ends = other_piece_ends(beliefs.alpha.size());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const std::size_t end = (ends[i] + other_ends[i + 1]) / 2;
    for (std::size_t t = (other_ends[i] + ends[i]) / 2; t < end; ++t) {
      beliefs.alpha[t] = others.alpha[t];
      beliefs.log_k[t] = others.log_k[t];
      beliefs.state[t] = others.state[t];
      beliefs.change[t] = others.change[t];
    }
  }
}

}  // namespace

segmentation::FrameBeliefs beliefs_of(const network::FramePredictions& predictions) {
  segmentation::FrameBeliefs beliefs;
  append_predictions(predictions, beliefs);
  return beliefs;
}

NetworkBeliefs::NetworkBeliefs(const fs::path& folder, const PredictConfig& config, int device)
    : predictor_(
          make_predictor(weights_files(folder, Method::unet).front(), kernels::LossKind::joint, config, device)) {}

std::vector<segmentation::FrameBeliefs> NetworkBeliefs::of(const segmentation::FieldOfView& fov,
                                                           const std::optional<std::vector<std::size_t>>& places) {
  const std::vector<network::ParticlePath> paths = paths_of(fov);
  std::vector<bool> wanted = which_are_wanted(places, paths.size());
  std::vector<segmentation::FrameBeliefs> beliefs = of_pieces(paths, wanted, piece_ends);
  for (std::size_t i = 0; i < paths.size(); ++i) wanted[i] = wanted[i] && piece_count(paths[i].x.size()) > 1;
  if (std::ranges::none_of(wanted, std::identity())) return beliefs;
  const std::vector<segmentation::FrameBeliefs> others = of_pieces(paths, wanted, other_piece_ends);
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (wanted[i]) take_what_is_far_from_cuts(beliefs[i], others[i]);
  return beliefs;
}

std::vector<segmentation::FrameBeliefs> NetworkBeliefs::of_pieces(
    std::span<const network::ParticlePath> paths, const std::vector<bool>& wanted,
    const std::function<std::vector<std::size_t>(std::size_t)>& ends) {
  std::vector<network::ParticlePath> pieces;
  std::vector<bool> wanted_pieces;
  std::vector<std::size_t> whose;         // trajectory of each piece
  std::vector<std::size_t> frames_after;  // of each piece, up to the next one of the same trajectory
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::size_t begin = 0;
    for (const std::size_t end : ends(paths[i].x.size())) {
      const network::ParticlePath piece{paths[i].first_frame + begin, paths[i].x.subspan(begin, end - begin),
                                        paths[i].y.subspan(begin, end - begin)};
      if (begin == 0 || segmentation::has_displacement(piece.x, piece.y)) {
        pieces.push_back(piece);
        wanted_pieces.push_back(wanted[i]);
        whose.push_back(i);
        frames_after.push_back(0);
      } else {
        frames_after.back() += end - begin;
      }
      begin = end;
    }
  }
  std::vector<segmentation::FrameBeliefs> beliefs(paths.size());
  const std::vector<network::FramePredictions> predictions = predictor_.predict(pieces, wanted_pieces);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    if (!wanted_pieces[i]) continue;
    segmentation::FrameBeliefs& b = beliefs[whose[i]];
    append_predictions(predictions[i], b);
    go_on_as_before(b, frames_after[i]);
  }
  return beliefs;
}

NetworkOpinion::NetworkOpinion(NetworkBeliefs& network, std::span<const segmentation::FieldOfView> fovs,
                               const segmentation::InferenceOptions& options)
    : fovs_(fovs), options_(options) {
  std::size_t left = 150;  // trajectories, which are enough
  for (std::size_t f = 0; f < fovs.size() && left > 0; ++f) {
    const std::size_t count = std::min(fovs[f].trajectories.size(), left);
    beliefs_.push_back(network.of(fovs[f], segmentation::wanted_places({}, count)));
    beliefs_.back().resize(count);
    left -= count;
  }
}

segmentation::Agreement NetworkOpinion::agreement_with(const segmentation::ExperimentModel& model) {
  segmentation::Agreement agreement;
  for (std::size_t f = 0; f < beliefs_.size(); ++f) {
    if (beliefs_[f].empty()) continue;
    options_.wanted = segmentation::wanted_places({}, beliefs_[f].size());
    const segmentation::InferredFov inferred = infer_trajectories(fovs_[f], model, options_);
    for (std::size_t i = 0; i < beliefs_[f].size(); ++i)
      agreement.add(inferred.trajectories[i], beliefs_[f][i], model.errors.noise);
  }
  return agreement;
}

}  // namespace an::app
