// SPDX-License-Identifier: MIT
#include "network/training_batch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/random.hpp"
#include "network/trajectory_features.hpp"

namespace an::network {

using kernels::LossKind;
using kernels::target_channels;

namespace {

void fill_input(const TrainingTiles& tiles, const NetworkShape& shape, std::vector<float>& input) {
  if (shape.input_channels == feature_count) {
    input = tiles.features;
    return;
  }
  const std::size_t pixels = tiles.valid.size();
  input.resize(2 * pixels);
  for (std::size_t p = 0; p < pixels; ++p)
    for (std::size_t axis = 0; axis < 2; ++axis)
      input[2 * p + axis] = static_cast<float>(step_scale) *
                            std::sinh(tiles.features[p * feature_count + feature::step_x + axis]) / shape.scale;
}

int likeliest_state(const float* logits) { return static_cast<int>(std::max_element(logits, logits + 4) - logits); }

}  // namespace

void fill_batch(const TrainingTiles& tiles, const NetworkShape& shape, bool masked, TrainingBatch& batch) {
  fill_input(tiles, shape, batch.input);
  const std::size_t pixels = tiles.valid.size();
  batch.targets.resize(pixels * target_channels);
  for (std::size_t p = 0; p < pixels; ++p) {
    float* t = batch.targets.data() + p * target_channels;
    const bool valid = tiles.valid[p] > 0;
    t[0] = tiles.alpha[p];
    t[1] = valid ? tiles.log_k[p] : -30.0F;  // K = 0 where there is nothing
    t[2] = static_cast<float>(tiles.state[p]);
    t[3] = tiles.change[p];
    t[4] = valid || !masked ? 1.0F : 0.0F;
  }
}

void thin_tiles(TrainingTiles& tiles, std::uint64_t seed, std::uint64_t batch, std::size_t first_slot) {
  constexpr double share = 0.25;
  constexpr std::size_t fewest = 8;
  const std::size_t rows = tiles.shape.rows, frames = tiles.shape.frames;
  Random random(
      {seed, static_cast<std::uint32_t>(batch >> 32U), static_cast<std::uint32_t>(batch), 0, RandomStream::rows});
  for (std::size_t slot = 0; slot < first_slot + tiles.tiles; ++slot) {
    const bool thinned = random.coin(share);
    const std::size_t kept = std::min(rows, fewest + random.below(static_cast<std::uint32_t>(rows)));
    if (!thinned || slot < first_slot) continue;
    const std::size_t tile = slot - first_slot;
    const auto clear = [&](auto& values, std::size_t width) {
      std::fill(values.begin() + static_cast<std::ptrdiff_t>((tile * rows + kept) * frames * width),
                values.begin() + static_cast<std::ptrdiff_t>((tile + 1) * rows * frames * width), 0);
    };
    clear(tiles.features, feature_count);
    clear(tiles.alpha, 1);
    clear(tiles.log_k, 1);
    clear(tiles.state, 1);
    clear(tiles.change, 1);
    clear(tiles.valid, 1);
  }
}

void FrameErrors::add(const FrameErrors& other) {
  const double all = frames + other.frames;
  if (all == 0) return;
  const auto mix = [&](double& mine, double others) { mine = (mine * frames + others * other.frames) / all; };
  mix(alpha, other.alpha);
  mix(log_k, other.log_k);
  mix(state, other.state);
  mix(change, other.change);
  frames = all;
}

FrameErrors frame_errors(LossKind task, const std::vector<float>& output, const std::vector<float>& targets) {
  const std::size_t channels = kernels::output_channels(task);
  const auto unless = [task](bool told) {
    return told || task == LossKind::joint ? 0 : std::numeric_limits<double>::quiet_NaN();
  };
  FrameErrors e{0, unless(task == LossKind::mae), unless(task == LossKind::msle),
                unless(task == LossKind::cross_entropy), unless(false)};
  for (std::size_t p = 0; p < targets.size() / target_channels; ++p) {
    const float* t = targets.data() + p * target_channels;
    const float* y = output.data() + p * channels;
    if (!(t[4] > 0)) continue;
    e.frames += 1;
    const double log_k = std::log1p(std::exp(static_cast<double>(t[1])));
    const auto k_error = [&](double found) { return (found - log_k) * (found - log_k); };
    if (task == LossKind::mae || task == LossKind::joint) e.alpha += std::abs(static_cast<double>(y[0] - t[0]));
    if (task == LossKind::msle) e.log_k += k_error(std::log1p(std::max(0.0, static_cast<double>(y[0]))));
    if (task == LossKind::joint) e.log_k += k_error(std::log1p(std::exp(std::min(8.0, static_cast<double>(y[1])))));
    if (task == LossKind::cross_entropy) e.state += likeliest_state(y) == static_cast<int>(t[2]) ? 1 : 0;
    if (task == LossKind::joint) {
      e.state += likeliest_state(y + 2) == static_cast<int>(t[2]) ? 1 : 0;
      const double logit = static_cast<double>(y[6]);
      e.change += std::max(logit, 0.0) - logit * static_cast<double>(t[3]) + std::log1p(std::exp(-std::abs(logit)));
    }
  }
  if (e.frames == 0) return e;
  for (double* sum : {&e.alpha, &e.log_k, &e.state, &e.change}) *sum /= e.frames;
  return e;
}

float learning_rate(float highest, std::uint64_t step, std::uint64_t warmup, std::uint64_t steps) {
  if (step < warmup) return highest * static_cast<float>(step + 1) / static_cast<float>(warmup);
  const double share =
      static_cast<double>(step - warmup) / static_cast<double>(std::max<std::uint64_t>(1, steps - warmup));
  const double low = 0.01;
  return highest * static_cast<float>(low + (1 - low) * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, share))));
}

}  // namespace an::network
