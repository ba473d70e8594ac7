// SPDX-License-Identifier: MIT
#include "network/frame_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

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
constexpr float lowest_log_k = -30, highest_log_k = 14;

std::size_t rounded_up(std::size_t n, std::size_t step) { return (n + step - 1) / step * step; }

// Adds what a frame's output says.
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

// Writes what a network of these channels gets of trajectories.
class InputWriter {
 public:
  InputWriter(std::span<const ParticlePath> fov, const NetworkShape& shape)
      : fov_(fov), channels_(shape.input_channels), scale_(shape.scale) {
    if (channels_ == feature_count) features_.emplace(fov);
  }
  void write(std::size_t particle, std::size_t frames, std::span<float> row) const {
    if (features_)
      features_->write(particle, frames, row);
    else
      write_steps(fov_[particle], scale_, row);
  }

 private:
  std::span<const ParticlePath> fov_;
  std::size_t channels_;
  float scale_;
  std::optional<FovFeatures> features_;
};

}  // namespace

FramePredictor::FramePredictor(const NetworkShape& shape, Weights weights, kernels::Backend backend,
                               kernels::Precision precision, int device)
    : shape_(shape), weights_(std::move(weights)), backend_(backend), precision_(precision), device_(device) {
  if (shape.input_channels != feature_count && shape.input_channels != 2)
    throw std::invalid_argument("a network of " + std::to_string(shape.input_channels) + " input channels (expected " +
                                std::to_string(feature_count) + ", or 2 for steps alone)");
  for (std::size_t i = 0; i < shape_.filters.size(); ++i) {
    frame_pool_ *= shape_.pool_columns;
    row_pool_ *= shape_.pool_rows;
  }
  ready(rows_for(1), rounded_up(usual_frames, frame_pool_));
}

// Rows that do not meet in convolutions need no full tile; those that do were learnt from full ones.
std::size_t FramePredictor::rows_for(std::size_t trajectories) const {
  const bool alone = shape_.kernel_rows == 1 && shape_.pool_rows == 1;
  return rounded_up(alone ? rounded_up(trajectories, row_step) : tile_rows, row_pool_);
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
  std::vector<FramePredictions> predictions(fov.size());
  std::size_t longest = usual_frames;
  for (const ParticlePath& path : fov) longest = std::max(longest, path.x.size());
  const std::size_t frames = rounded_up(longest, frame_pool_), width = frames * shape_.input_channels;
  const std::size_t channels = kernels::output_channels(shape_.task);
  const InputWriter writer(fov, shape_);
  for (std::size_t first = 0; first < fov.size(); first += tile_rows) {
    const std::size_t count = std::min(tile_rows, fov.size() - first);
    Ready& r = ready(rows_for(count), frames);
    std::vector<float> input(rows_for(count) * width, 0.0F);
    for (std::size_t i = 0; i < count; ++i) writer.write(first + i, frames, std::span(input).subspan(i * width, width));
    r.executor->set_input(input);
    r.executor->forward(kernels::Mode::inference);
    std::vector<float> output(r.network.plan.values[r.network.plan.output].shape.size());
    r.executor->read_output(output);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t t = 0; t < fov[first + i].x.size(); ++t)
        add_frame(shape_.task, output.data() + (i * frames + t) * channels, predictions[first + i]);
  }
  return predictions;
}

}  // namespace an::network
