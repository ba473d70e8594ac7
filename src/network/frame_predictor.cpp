// SPDX-License-Identifier: MIT
#include "network/frame_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

std::size_t rounded_up(std::size_t n, std::size_t step) { return (n + step - 1) / step * step; }

FramePredictions predictions_of(const float* output, std::size_t frames) {
  FramePredictions p;
  for (std::size_t t = 0; t < frames; ++t) {
    const float* y = output + t * kernels::output_channels(kernels::LossKind::joint);
    p.alpha.push_back(std::clamp(y[0], 0.0F, 2.0F));
    p.log_k.push_back(std::clamp(y[1], -30.0F, 14.0F));
    p.probability.push_back(state_probabilities(y + 2));
    p.change.push_back(1 / (1 + std::exp(-y[6])));
  }
  return p;
}

}  // namespace

FramePredictor::FramePredictor(const NetworkShape& shape, Weights weights, kernels::Backend backend,
                               kernels::Precision precision, int device)
    : shape_(shape), weights_(std::move(weights)), backend_(backend), precision_(precision), device_(device) {
  if (shape.task != kernels::LossKind::joint || shape.input_channels != feature_count)
    throw std::invalid_argument("not a network of alpha, K, states and change points of " +
                                std::to_string(feature_count) + " features");
  ready(row_step, usual_frames);
}

FramePredictor::Ready& FramePredictor::ready(std::size_t rows, std::size_t frames) {
  const auto key = std::make_pair(rows, frames);
  const auto found = ready_.find(key);
  if (found != ready_.end()) return found->second;
  if (ready_.size() >= most_ready) ready_.clear();
  Ready& made = ready_[key];
  made.network = make_network(shape_, 1, rows, frames, false);
  made.executor = kernels::make_executor(backend_, made.network.plan, precision_, device_);
  made.executor->set_parameters(weights_.parameters, weights_.statistics);
  return made;
}

std::vector<FramePredictions> FramePredictor::predict(std::span<const ParticlePath> fov) {
  std::vector<FramePredictions> predictions;
  if (fov.empty()) return predictions;
  std::size_t longest = usual_frames, pool = 1, row_pool = 1;
  for (const ParticlePath& path : fov) longest = std::max(longest, path.x.size());
  for (std::size_t i = 0; i < shape_.filters.size(); ++i) {
    pool *= shape_.pool_columns;
    row_pool *= shape_.pool_rows;
  }
  const std::size_t frames = rounded_up(longest, pool);
  const FovFeatures features(fov);
  for (std::size_t first = 0; first < fov.size(); first += tile_rows) {
    const std::size_t count = std::min(tile_rows, fov.size() - first);
    const std::size_t rows = rounded_up(count, std::max(row_step, row_pool));
    Ready& r = ready(rows, frames);
    std::vector<float> input(rows * frames * feature_count, 0.0F);
    for (std::size_t i = 0; i < count; ++i)
      features.write(first + i, frames, std::span(input).subspan(i * frames * feature_count, frames * feature_count));
    r.executor->set_input(input);
    r.executor->forward(kernels::Mode::inference);
    std::vector<float> output(r.network.plan.values[r.network.plan.output].shape.size());
    r.executor->read_output(output);
    const std::size_t width = frames * kernels::output_channels(kernels::LossKind::joint);
    for (std::size_t i = 0; i < count; ++i)
      predictions.push_back(predictions_of(output.data() + i * width, fov[first + i].x.size()));
  }
  return predictions;
}

}  // namespace an::network
