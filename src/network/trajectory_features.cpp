// SPDX-License-Identifier: MIT
#include "network/trajectory_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"

namespace an::network {

namespace {

constexpr double smallest_rms = 1e-3;  // px
constexpr double nearest_square = 0.01;
constexpr std::array<std::size_t, 4> lags{1, 2, 4, 8};

// Half the logarithm of a squared length: that of the length, where it is above the noise.
float log_length(double square) { return static_cast<float>(0.5 * std::log(square + noise_floor)); }

// std::asinh, but a third of its time; to 1e-16 absolute.
float scaled(double step) {
  const double size = std::fabs(step) / step_scale;
  return static_cast<float>(std::copysign(std::log(size + std::sqrt(size * size + 1)), step));
}

float scaled_distance(double square) {
  static const double widest = std::log(neighbour_range * neighbour_range + nearest_square);
  return static_cast<float>(std::log(square + nearest_square) / widest);
}

// 0 where a step has no direction.
template <class Step>
float cosine(const Step& a, const Step& b) {
  const double squares = a.square * b.square;
  return squares > 0 ? static_cast<float>((a.x * b.x + a.y * b.y) / std::sqrt(squares)) : 0.0F;
}

// A particle's place in one frame.
struct Spot {
  double x, y;
  std::uint32_t particle;
};

// The nearest of the others within range, by looking left and right among spots that are sorted by x.
FovFeatures::Neighbour nearest_of(const std::vector<Spot>& spots, std::size_t own) {
  const Spot& here = spots[own];
  double least = neighbour_range * neighbour_range;
  std::uint32_t found = FovFeatures::Neighbour::nobody;
  const auto look_at = [&](const Spot& other) {
    const double dx = other.x - here.x;
    if (dx * dx > least) return false;
    const double dy = other.y - here.y;
    const double square = dx * dx + dy * dy;
    if (square < least || (square == least && other.particle < found)) {
      least = square;
      found = other.particle;
    }
    return true;
  };
  for (std::size_t i = own; i > 0 && look_at(spots[i - 1]); --i) {
  }
  for (std::size_t i = own + 1; i < spots.size() && look_at(spots[i]); ++i) {
  }
  return {found, static_cast<float>(least)};
}

}  // namespace

void write_steps(const ParticlePath& path, float scale, std::span<float> out) {
  const std::size_t frames = path.x.size();
  AN_ASSERT(path.y.size() == frames && out.size() >= 2 * frames);
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::size_t t = 1; t < frames; ++t) {
    const double x = path.x[t] - path.x[t - 1], y = path.y[t] - path.y[t - 1];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    out[2 * t] = static_cast<float>(std::clamp(x, -longest_step, longest_step)) / scale;
    out[2 * t + 1] = static_cast<float>(std::clamp(y, -longest_step, longest_step)) / scale;
  }
}

FovFeatures::FovFeatures(std::span<const ParticlePath> paths) : paths_(paths.begin(), paths.end()) {
  std::size_t size = 0;
  for (const ParticlePath& path : paths_) {
    AN_ASSERT(path.x.size() == path.y.size());
    begins_.push_back(size);
    size += path.x.size();
  }
  steps_.resize(size);
  neighbours_.resize(size);
  find_steps();
  find_neighbours();
}

void FovFeatures::find_steps() {
  for (std::size_t particle = 0; particle < paths_.size(); ++particle) {
    const ParticlePath& path = paths_[particle];
    for (std::size_t t = 1; t < path.x.size(); ++t) {
      const double x = path.x[t] - path.x[t - 1], y = path.y[t] - path.y[t - 1];
      const double square = x * x + y * y;
      if (std::isfinite(square)) steps_[begins_[particle] + t] = {x, y, square, scaled(x), scaled(y), false};
    }
  }
}

void FovFeatures::find_neighbours() {
  std::map<std::size_t, std::vector<std::uint32_t>> starting;  // by frame
  for (std::size_t i = 0; i < paths_.size(); ++i)
    if (!paths_[i].x.empty()) starting[paths_[i].first_frame].push_back(static_cast<std::uint32_t>(i));
  std::vector<Spot> present, spots;
  for (std::size_t frame = 0; !starting.empty() || !present.empty(); ++frame) {
    if (present.empty()) frame = starting.begin()->first;
    std::erase_if(present, [&](const Spot& spot) {
      const ParticlePath& path = paths_[spot.particle];
      return frame >= path.first_frame + path.x.size();
    });
    if (const auto now = starting.find(frame); now != starting.end()) {
      for (const std::uint32_t particle : now->second) present.push_back({0, 0, particle});
      starting.erase(now);
    }
    spots.clear();
    for (Spot& spot : present) {
      const ParticlePath& path = paths_[spot.particle];
      spot.x = path.x[frame - path.first_frame];
      spot.y = path.y[frame - path.first_frame];
      if (std::isfinite(spot.x) && std::isfinite(spot.y)) spots.push_back(spot);
    }
    const auto before = [](const Spot& a, const Spot& b) {
      return a.x < b.x || (a.x == b.x && a.particle < b.particle);
    };
    std::sort(spots.begin(), spots.end(), before);
    for (std::size_t i = 0; i < spots.size(); ++i) {
      const std::size_t own = spots[i].particle;
      neighbours_[begins_[own] + frame - paths_[own].first_frame] = nearest_of(spots, i);
    }
  }
}

double FovFeatures::rms_of(std::size_t particle) const {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t t = 0; t < paths_[particle].x.size(); ++t) {
    const Step& step = steps_[begins_[particle] + t];
    sum += step.square;
    count += step.absent ? 0 : 1;
  }
  const double rms = count == 0 ? 0 : std::sqrt(sum / static_cast<double>(count));
  return std::max(rms, smallest_rms);
}

void FovFeatures::write(std::size_t particle, std::size_t frames_out, std::span<float> out) const {
  AN_ASSERT(paths_[particle].x.size() <= frames_out && out.size() == frames_out * feature_count);
  std::fill(out.begin(), out.end(), 0.0F);
  write_own(particle, out);
  write_displacements(particle, out);
  write_neighbours(particle, out);
}

void FovFeatures::write_own(std::size_t particle, std::span<float> out) const {
  const std::size_t frames = paths_[particle].x.size();
  const double rms = rms_of(particle);
  const auto half_log_rms = static_cast<float>(0.5 * std::log(rms));
  for (std::size_t t = 0; t < frames; ++t) {
    const Step& step = steps_[begins_[particle] + t];
    float* const row = &out[t * feature_count];
    row[feature::log_rms] = half_log_rms;
    row[feature::mask] = 1;
    if (step.absent) continue;
    row[feature::step_x] = step.scaled_x;
    row[feature::step_x + 1] = step.scaled_y;
    row[feature::relative_step_x] = static_cast<float>(step.x / rms);
    row[feature::relative_step_x + 1] = static_cast<float>(step.y / rms);
    row[feature::log_step] = log_length(step.square);
    if (t + 1 < frames) row[feature::turn] = cosine(step, steps_[begins_[particle] + t + 1]);
  }
}

void FovFeatures::write_displacements(std::size_t particle, std::span<float> out) const {
  const ParticlePath& path = paths_[particle];
  const std::size_t frames = path.x.size();
  if (frames < 2) return;
  for (std::size_t l = 0; l < lags.size(); ++l) {
    const std::size_t lag = std::min(lags[l], frames - 1);
    // A trajectory shorter than the lag has its whole displacement instead, as long as it would be if it were free.
    const double longer = static_cast<double>(lags[l]) / static_cast<double>(lag);
    for (std::size_t t = 0; t < frames; ++t) {
      const std::size_t begin = std::min(t - std::min(t, lags[l] / 2), frames - 1 - lag);
      const double x = path.x[begin + lag] - path.x[begin], y = path.y[begin + lag] - path.y[begin];
      const double square = (x * x + y * y) * longer;
      if (std::isfinite(square)) out[t * feature_count + feature::log_displacement + l] = log_length(square);
    }
  }
}

void FovFeatures::write_neighbours(std::size_t particle, std::span<float> out) const {
  const ParticlePath& path = paths_[particle];
  for (std::size_t t = 0; t < path.x.size(); ++t) {
    float* const row = &out[t * feature_count];
    const Neighbour& near = neighbour(particle, t);
    row[feature::neighbour_distance] = 1;
    if (near.particle == Neighbour::nobody) continue;
    const std::size_t its_frame = t + path.first_frame - paths_[near.particle].first_frame;
    const Step& step = steps_[begins_[near.particle] + its_frame];
    row[feature::neighbour_distance] = scaled_distance(static_cast<double>(near.square));
    row[feature::neighbour_step_x] = step.scaled_x;
    row[feature::neighbour_step_x + 1] = step.scaled_y;
    row[feature::neighbour_cosine] = cosine(steps_[begins_[particle] + t], step);
  }
}

}  // namespace an::network
