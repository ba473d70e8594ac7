// SPDX-License-Identifier: MIT
#include "simulation/fov_video.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "simulation/poisson.hpp"

namespace an::simulation {

namespace {

// Beyond this distance an Airy pattern holds 4 % of its light, some 1e-4 of the peak a pixel; the challenge's videos
// show as much light within it (2.02 photons a photon of brightness).
constexpr std::size_t reach = 10;

// A point spread function with a border of zeros: both neighbours of every value can be read.
constexpr std::size_t kernel_side = 2 * reach + 3;
using Kernel = std::array<float, kernel_side * kernel_side>;

Kernel bordered(const PointSpread& spread) {
  Kernel kernel{};
  for (std::size_t i = 0; i + 2 < kernel_side; ++i)
    std::copy_n(spread.values.begin() + static_cast<std::ptrdiff_t>(i * (kernel_side - 2)), kernel_side - 2,
                kernel.begin() + static_cast<std::ptrdiff_t>((i + 1) * kernel_side + 1));
  return kernel;
}

// The light of a frame, photons a pixel, and that of a margin around it: no spread has to be cut.
class Image {
 public:
  explicit Image(std::size_t side) : side_(side), width_(side + 2 * margin), light_(width_ * width_) {}

  void clear() { std::fill(light_.begin(), light_.end(), 0.0F); }
  std::span<const float> row(std::size_t i) const {
    return std::span(light_).subspan((i + margin) * width_ + margin, side_);
  }

  /// \param place in the image, or less than a pixel outside of it
  void add_point(Point place, double brightness, const Kernel& kernel) {
    const double i = std::floor(place.x), j = std::floor(place.y);
    const auto down = static_cast<float>(place.x - i), right = static_cast<float>(place.y - j);
    const auto light = static_cast<float>(brightness);
    const float here = light * (1 - down) * (1 - right), beside = light * (1 - down) * right;
    const float below = light * down * (1 - right), across = light * down * right;
    constexpr std::size_t covered = 2 * reach + 2;
    const auto first_row = static_cast<std::size_t>(i + static_cast<double>(margin - reach));
    const auto first_column = static_cast<std::size_t>(j + static_cast<double>(margin - reach));
    for (std::size_t r = 0; r < covered; ++r) {
      const float* const upper = &kernel[r * kernel_side];
      const float* const lower = upper + kernel_side;
      float* const to = &light_[(first_row + r) * width_ + first_column];
      for (std::size_t c = 0; c < covered; ++c)
        to[c] += here * lower[c + 1] + beside * lower[c] + below * upper[c + 1] + across * upper[c];
    }
  }

 private:
  static constexpr std::size_t margin = reach + 2;
  std::size_t side_, width_;
  std::vector<float> light_;
};

// Brightness of one particle, frame after frame.
class Brightness {
 public:
  Brightness(const VideoParameters& parameters, const RandomKey& key)
      : parameters_(parameters),
        random_(key),
        mean_(std::max(0.0, parameters.intensity + parameters.intensity_sd * random_.normal())) {}

  double next() {
    if (parameters_.blink_off > 0)
      dark_ = dark_ ? !random_.coin(parameters_.blink_on) : random_.coin(parameters_.blink_off);
    if (dark_) return 0;
    return parameters_.flicker > 0 ? std::max(0.0, mean_ * (1 + parameters_.flicker * random_.normal())) : mean_;
  }

 private:
  const VideoParameters& parameters_;
  Random random_;
  double mean_;
  bool dark_ = false;
};

class Camera {
 public:
  Camera(std::size_t side, double background, const RandomKey& key)
      : side_(side),
        pixels_(side * side),
        random_(key),
        background_(background > 0 ? background : 1),
        dark_(background <= 0) {}

  std::vector<std::uint8_t> take(const Image& image) {
    random_.fill(pixels_);
    for (std::uint32_t& pixel : pixels_) pixel = dark_ ? 0 : background_.of_bits(pixel);
    for (std::size_t i = 0; i < side_; ++i) add_signal(image.row(i), std::span(pixels_).subspan(i * side_, side_));
    const std::uint32_t most = std::max(1U, *std::max_element(pixels_.begin(), pixels_.end()));
    std::vector<std::uint8_t> grey(most + 1);
    for (std::uint32_t n = 0; n <= most; ++n) grey[n] = static_cast<std::uint8_t>(static_cast<double>(n) / most * 255);
    std::vector<std::uint8_t> page(pixels_.size());
    for (std::size_t i = 0; i < pixels_.size(); ++i) page[i] = grey[pixels_[i]];
    return page;
  }

 private:
  // Most pixels have next to no signal. Their photons are the events of a Poisson process along the sum of their light:
  // one number a photon is drawn instead of one a pixel.
  void add_signal(std::span<const float> light, std::span<std::uint32_t> pixels) {
    double to_next = to_next_;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      if (light[i] >= dim) {
        pixels[i] += signal_.draw(static_cast<double>(light[i]), random_);
        continue;
      }
      for (to_next -= static_cast<double>(light[i]); to_next < 0; ++pixels[i]) to_next -= std::log(random_.uniform());
    }
    to_next_ = to_next;
  }

  static constexpr float dim = 2;
  std::size_t side_;
  std::vector<std::uint32_t> pixels_;
  Random random_;
  double to_next_ = -std::log(random_.uniform());  // light until the next photon of dim pixels
  PoissonTable background_;
  Poisson signal_;
  bool dark_;
};

// Where a particle is at each moment of an exposure: evenly along the line to its next position.
void expose(Image& image, const FovTrajectory& trajectory, std::size_t t, Point origin, double brightness,
            const VideoParameters& parameters, const Kernel& kernel) {
  const Point here{trajectory.x[t] - origin.x, trajectory.y[t] - origin.y};
  if (parameters.exposure <= 0 || t + 1 >= trajectory.size()) {
    image.add_point(here, brightness, kernel);
    return;
  }
  constexpr int moments = 8;
  const Point step{trajectory.x[t + 1] - trajectory.x[t], trajectory.y[t + 1] - trajectory.y[t]};
  for (int i = 0; i < moments; ++i) {
    const double part = parameters.exposure * (i + 0.5) / moments;
    image.add_point({here.x + part * step.x, here.y + part * step.y}, brightness / moments, kernel);
  }
}

}  // namespace

std::vector<std::uint8_t> vip_map(std::span<const Point> places, std::size_t side) {
  std::vector<std::uint8_t> map(side * side, 255);  // -1: the sum of nothing, minus 1
  for (std::size_t vip = 0; vip < places.size(); ++vip)
    for (std::size_t i = 0; i < 4; ++i) {
      const double row = std::floor(places[vip].x) + (i < 2 ? 0 : 1);
      const double column = std::floor(places[vip].y) + (i % 2 == 0 ? 0 : 1);
      const auto limit = static_cast<double>(side);
      if (row < 0 || column < 0 || row >= limit || column >= limit) continue;
      std::uint8_t& pixel = map[static_cast<std::size_t>(row) * side + static_cast<std::size_t>(column)];
      pixel = static_cast<std::uint8_t>(pixel + vip + 1);
    }
  return map;
}

Video render_video(const FieldOfView& fov, double side, std::size_t frames, const VideoParameters& parameters,
                   const RandomKey& key) {
  Video video;
  video.side = static_cast<std::size_t>(std::ceil(side));
  std::vector<Point> vips;
  for (std::size_t i = 0; i < fov.vips; ++i)
    vips.push_back({fov.trajectories[i].x[0] - fov.origin.x, fov.trajectories[i].y[0] - fov.origin.y});
  video.pages.push_back(vip_map(vips, video.side));
  const auto named = [&key](std::size_t particle) {
    return RandomKey{key.seed, key.experiment, key.fov, static_cast<std::uint32_t>(particle), RandomStream::video};
  };
  Camera camera(video.side, parameters.background, named(0));
  std::vector<Brightness> brightness;
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) brightness.emplace_back(parameters, named(i + 2));
  Kernel kernel = bordered(airy_pattern(parameters.optics, reach));
  Random focus(named(1));
  double defocus_nm = 0;
  Image image(video.side);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    image.clear();
    if (parameters.focus_drift_nm > 0) {
      defocus_nm += parameters.focus_drift_nm * focus.normal();
      kernel = bordered(defocused_pattern(parameters.optics, reach, defocus_nm));
    }
    for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
      const FovTrajectory& trajectory = fov.trajectories[i];
      if (frame < trajectory.first_frame || frame >= trajectory.first_frame + trajectory.size()) continue;
      expose(image, trajectory, frame - trajectory.first_frame, fov.origin, brightness[i].next(), parameters, kernel);
    }
    video.pages.push_back(camera.take(image));
  }
  return video;
}

}  // namespace an::simulation
