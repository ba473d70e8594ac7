// SPDX-License-Identifier: MIT
#include "network/frame_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.hpp"

namespace an::network {

std::array<float, 4> state_probabilities(const float* logits) {
  const float largest = *std::max_element(logits, logits + 4);
  std::array<float, 4> probability{};
  float sum = 0;
  for (std::size_t s = 0; s < 4; ++s) sum += probability[s] = std::exp(logits[s] - largest);
  for (float& value : probability) value /= sum;
  return probability;
}

namespace {

constexpr std::size_t tile_rows = 64, usual_frames = 208, row_step = 16;
constexpr std::size_t most_ready = 8;  // layouts kept

}  // namespace

void add_frame(kernels::LossKind task, const float* y, FramePredictions& p) {
  const auto add_log_k = [&](float log_k) { p.log_k.push_back(std::clamp(log_k, lowest_log_k, highest_log_k)); };
  switch (task) {
    case kernels::LossKind::mae:
      p.alpha.push_back(std::clamp(y[0], 0.0F, 2.0F));
      break;
    case kernels::LossKind::msle:
      add_log_k(std::log(std::max(y[0], std::exp(lowest_log_k))));
      break;
    case kernels::LossKind::cross_entropy:
      p.probability.push_back(state_probabilities(y));
      break;
    case kernels::LossKind::joint:
      p.alpha.push_back(std::clamp(y[0], 0.0F, 2.0F));
      add_log_k(y[1]);
      p.probability.push_back(state_probabilities(y + 2));
      p.change.push_back(1 / (1 + std::exp(-y[6])));
      break;
  }
}

FramePredictor::FramePredictor(const NetworkShape& shape, Weights weights, kernels::Backend backend,
                               kernels::Precision precision, int device)
    : shape_(shape), weights_(std::move(weights)), backend_(backend), precision_(precision), device_(device) {
  check_input_channels(shape);
  ready(image_for(1, usual_frames));
}

// Rows that do not meet in convolutions need no full tile; those that do were learnt from full ones.
ImageSize FramePredictor::image_for(std::size_t trajectories, std::size_t frames) const {
  const bool alone = shape_.kernel_rows == 1 && shape_.pool_rows == 1;
  return pooled_whole(shape_, {alone ? (trajectories + row_step - 1) / row_step * row_step : tile_rows, frames});
}

TileRunner& FramePredictor::ready(const ImageSize& image) {
  const auto key = std::make_pair(image.rows, image.columns);
  const auto found = ready_.find(key);
  if (found != ready_.end()) return found->second;
  if (ready_.size() >= most_ready) ready_.clear();
  TileRunner made = make_tile_runner(make_network(shape_, 1, image.rows, image.columns, false), weights_, backend_,
                                     precision_, device_);
  return ready_.emplace(key, std::move(made)).first->second;
}

std::vector<FramePredictions> FramePredictor::predict(std::span<const ParticlePath> fov,
                                                      const std::vector<bool>& wanted) {
  std::vector<FramePredictions> predictions(fov.size());
  std::size_t longest = usual_frames;
  for (const ParticlePath& path : fov) longest = std::max(longest, path.x.size());
  const std::size_t channels = kernels::output_channels(shape_.task);
  const NetworkInput input(fov, shape_);
  for (std::size_t first = 0; first < fov.size(); first += tile_rows) {
    const std::size_t count = std::min(tile_rows, fov.size() - first);
    if (!wanted.empty()) {
      const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(first);
      if (std::none_of(begin, begin + static_cast<std::ptrdiff_t>(count), std::identity())) continue;
    }
    const ImageSize image = image_for(count, longest);
    const std::vector<float> output = ready(image).outputs(input, first, count);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t t = 0; t < fov[first + i].x.size(); ++t) {
        const float* y = output.data() + (i * image.columns + t) * channels;
        if (!std::all_of(y, y + channels, [](float value) { return std::isfinite(value); }))
          throw InputError(weights_.file, "these weights give outputs that are not finite");
        add_frame(shape_.task, y, predictions[first + i]);
      }
  }
  return predictions;
}

}  // namespace an::network
